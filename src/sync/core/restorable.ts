import type { SyncPath } from '../../base/paths.ts';

/** Where a version is: in the folder on this machine, or in the pod. */
export type Side = 'here' | 'pod';

/** A version of a file or link that is not live any more and can be had back. */
export interface Restorable {
  readonly id: string;
  readonly path: SyncPath;
  /** When it stopped being live, epoch milliseconds by the clock of its side. */
  readonly at: number;
  readonly bytes: number;
  readonly side: Side;
  /**
   * `replaced` by a newer version from the other side, `deleted` because it was deleted there, or `rescued`: written on
   * this version's own side, where it had to give way.
   */
  readonly why: 'replaced' | 'deleted' | 'rescued';
}
