import { readlinkSync } from 'node:fs';
import path from 'node:path';

/** One of the two ends of a sync: the developer's machine or the pod. */
export type Side = 'local' | 'pod';

/** Where something on a simulated disk is. */
export interface Place {
  readonly side: Side;
  /** `tree` is what is synced, `state` what that side remembers. */
  readonly area: 'tree' | 'state';
  /** Below the area; '' is the area itself. */
  readonly relative: string;
}

/** The folders of one simulated world, and what a path in it means. */
export class Places {
  readonly base: string;

  constructor(base: string) {
    this.base = base;
  }

  tree(side: Side): string {
    return path.join(this.base, side, side === 'local' ? 'project' : 'volume/files');
  }

  state(side: Side): string {
    return path.join(this.base, side, side === 'local' ? 'state' : 'volume/state');
  }

  /** What the pod loses when its volume is lost. */
  get volume(): string {
    return path.join(this.base, 'pod/volume');
  }

  /** Something that neither end may touch. */
  get outside(): string {
    return path.join(this.base, 'outside');
  }

  /** What an absolute path without links names; `undefined` when it is nothing of this world's two ends. */
  find(real: string): Place | undefined {
    for (const side of ['local', 'pod'] as const) {
      for (const area of ['tree', 'state'] as const) {
        const relative = path.relative(this[area](side), real);
        if (relative !== '..' && !relative.startsWith('../')) return { side, area, relative };
      }
    }
    return undefined;
  }
}

/** The path itself where a path goes through an open folder; the last component is never followed. */
export function throughDescriptor(given: string): string {
  const match = /^\/proc\/self\/fd\/(\d+)(.*)$/s.exec(given);
  if (match?.[1] === undefined) return path.resolve(given);
  return path.join(readlinkSync(`/proc/self/fd/${match[1]}`), match[2] ?? '');
}
