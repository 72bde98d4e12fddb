import { statSync } from 'node:fs';
import path from 'node:path';
import type { Peer } from '../peers/peer.ts';
import type { BenchPod } from '../pod/benchPod.ts';
import { type ContainerGroup } from '../usage/containerGroup.ts';
import { type Cost, Meter } from '../usage/meter.ts';
import type { Tree } from '../tree/trees.ts';
import type { Wire } from '../wire/wire.ts';

/** How large everything is. */
export interface Sizes {
  readonly project: number;
  readonly monorepo: number;
  readonly medium: number;
  readonly large: number;
  readonly shifted: number;
  readonly upload: number;
  /** Seconds that one work may take, beyond the first few times. */
  readonly seconds: number;
  readonly edits: number;
  readonly idleSeconds: number;
}

/** What came of one work. */
export interface Measured {
  /** Milliseconds of each time. */
  readonly times: readonly number[];
  /** Of all times together. */
  readonly cost: Cost;
  readonly note?: string;
}

/** How often a work is done: until the seconds are over, within these bounds. */
export interface Rounds {
  readonly atLeast: number;
  readonly atMost: number;
}

/** Where one peer does its works. */
export class Stand {
  readonly peer: Peer;
  readonly tree: Tree;
  readonly pod: BenchPod;
  readonly wire: Wire;
  readonly sizes: Sizes;
  readonly #group: ContainerGroup | undefined;

  constructor(parts: Pick<Stand, 'peer' | 'tree' | 'pod' | 'wire' | 'sizes'>, group: ContainerGroup | undefined) {
    this.peer = parts.peer;
    this.tree = parts.tree;
    this.pod = parts.pod;
    this.wire = parts.wire;
    this.sizes = parts.sizes;
    this.#group = group;
  }

  /** A file of the tree on this machine. */
  here(file: string): string {
    return path.join(this.tree.root, file);
  }

  /** Does something again and again, and meters all of it; `once` gives its milliseconds. */
  async measure({ atLeast, atMost }: Rounds, once: (round: number) => Promise<number>): Promise<Measured> {
    using meter = await this.meter();
    const times: number[] = [];
    const end = performance.now() + this.sizes.seconds * 1000;
    while (times.length < atMost && (times.length < atLeast || performance.now() < end)) {
      times.push(await once(times.length));
    }
    return { times, cost: await meter.stop() };
  }

  meter(): Promise<Meter> {
    const { peer, wire } = this;
    return Meter.start({ pids: () => peer.pids(), group: this.#group, count: () => wire.count(peer.name) });
  }

  /** Begins to look in the pod for the content that the file is about to get. */
  expect(
    file: string,
    content: { size: number; offset: number; bytes: Uint8Array },
  ): Promise<{ seen: Promise<number> }> {
    const { size, offset, bytes } = content;
    const sight = {
      file: path.posix.join(this.peer.target, file),
      size,
      offset,
      hex: Buffer.from(bytes).toString('hex'),
    };
    return this.pod.lookout.expect(sight, 120_000);
  }

  size(file: string): number {
    return statSync(this.here(file)).size;
  }
}
