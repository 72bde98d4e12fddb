import type { BigIntStats } from 'node:fs';

/** What a simulated disk says about one inode. */
interface Stamp {
  readonly inode: bigint;
  readonly bornNs: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
  /** The real disk's time of change when this was noted: another one means a change that nobody announced. Not known
   * when a name was taken away. */
  realCtimeNs: bigint | undefined;
}

/** How the clock of a simulated disk behaves. */
export interface StampRules {
  /** Epoch nanoseconds. */
  readonly now: () => bigint;
  /** Times are rounded down to this; with 1 every change gets a time of its own. */
  readonly grainNs: bigint;
  /** Whether the number of a deleted inode is given to the next one, as ext4 does. */
  readonly reusesInodes: boolean;
}

/**
 * Gives inodes numbers and times that depend on nothing but what the simulation did: so a run repeats exactly, clocks can
 * jump, and a disk can be as coarse as disks are.
 */
export class Stamps {
  readonly #rules: StampRules;
  readonly #stamps = new Map<bigint, Stamp>();
  readonly #free: bigint[] = [];
  #next = 100n;
  #unique = 0n;

  constructor(rules: StampRules) {
    this.#rules = rules;
  }

  /** A new inode. */
  born(real: BigIntStats): void {
    this.#forget(real.ino);
    const now = this.#now();
    const inode = (this.#rules.reusesInodes ? this.#free.pop() : undefined) ?? this.#next++;
    this.#stamps.set(real.ino, { inode, bornNs: now, mtimeNs: now, ctimeNs: now, realCtimeNs: real.ctimeNs });
  }

  /** Its content changed (`mtimeNs` when somebody set the time), or only something about it. */
  changed(real: BigIntStats, content: boolean, mtimeNs?: bigint): void {
    const stamp = this.#stamps.get(real.ino);
    if (stamp === undefined) {
      this.born(real);
      return;
    }
    stamp.ctimeNs = this.#now();
    if (content) stamp.mtimeNs = mtimeNs ?? stamp.ctimeNs;
    stamp.realCtimeNs = real.ctimeNs;
  }

  /** One of its names is gone, perhaps the last. */
  lostName(real: BigIntStats): void {
    const stamp = this.#stamps.get(real.ino);
    if (real.nlink === 1n || real.isDirectory()) this.#forget(real.ino);
    else if (stamp !== undefined) {
      stamp.ctimeNs = this.#now();
      stamp.realCtimeNs = undefined;
    }
  }

  /** Puts simulated values into what the real disk said. */
  show(real: BigIntStats): BigIntStats {
    const known = this.#stamps.get(real.ino);
    if (known?.realCtimeNs === undefined && known !== undefined) known.realCtimeNs = real.ctimeNs;
    if (known === undefined || (!real.isDirectory() && known.realCtimeNs !== real.ctimeNs)) this.changed(real, true);
    const stamp = this.#stamps.get(real.ino);
    if (stamp === undefined) return real;
    const { inode: ino, mtimeNs, ctimeNs, bornNs: birthtimeNs } = stamp;
    return Object.assign(real, { ino, mtimeNs, ctimeNs, birthtimeNs });
  }

  #forget(real: bigint): void {
    const stamp = this.#stamps.get(real);
    if (stamp === undefined) return;
    this.#free.push(stamp.inode);
    this.#stamps.delete(real);
  }

  #now(): bigint {
    const { now, grainNs } = this.#rules;
    if (grainNs === 1n) return now() + (this.#unique++ % 1_000_000n);
    return (now() / grainNs) * grainNs;
  }
}
