import type { SyncPath } from '../../base/paths.ts';
import type { Side } from './restorable.ts';

/** Deletions that look like an accident and wait for an answer. Everything else goes on. */
export interface HeldDeletions {
  /** Where the files would be deleted. */
  readonly side: Side;
  readonly files: number;
  /** Files that are synced, the held ones included. */
  readonly of: number;
  /** Some of the paths. */
  readonly paths: readonly SyncPath[];
  /**
   * `many`: more at once than usual. `emptied`: a whole folder, given by the first path's top, or everything would go.
   * `otherRoot`: the folder on this machine is not the one that was synced before.
   */
  readonly why: 'many' | 'emptied' | 'otherRoot';
}

/** `delete`: carry them out. `keep`: the files stay, and come back where they were deleted if they are synced both ways. */
export type HeldAnswer = 'delete' | 'keep';
