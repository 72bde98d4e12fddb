import type { Measured, Sizes, Stand } from './stand.ts';

/** Something that developers do, done with each peer. */
export interface Work {
  /** As `--only` takes it. */
  readonly name: string;
  readonly tree: 'project' | 'monorepo';
  readonly title: (sizes: Sizes) => string;
  /** `undefined`: the peer has no way to do it. */
  readonly run: (stand: Stand) => Promise<Measured | undefined>;
}

/** 5,000 or 1.5 GB, as people write them. */
export function count(number: number): string {
  return number.toLocaleString('en');
}

export function size(bytes: number): string {
  if (bytes % 1024 === 0) return bytes < 1024 ** 2 ? `${bytes / 1024} KiB` : `${bytes / 1024 ** 2} MiB`;
  return bytes >= 1e9 ? `${bytes / 1e9} GB` : `${bytes / 1e6} MB`;
}
