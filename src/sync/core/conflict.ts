import type { LocalPath, SyncPath } from '../../base/paths.ts';

/** A path that was changed on both sides. The local version is live on both; the pod's version is kept here. */
export interface SyncConflict {
  readonly id: string;
  readonly path: SyncPath;
  /** When it was found, epoch milliseconds. */
  readonly at: number;
  /** SHA-256 of the pod's version, hexadecimal. */
  readonly hash: string;
  /** Bytes of the pod's version. */
  readonly bytes: number;
  /** The pod's version, for a diff. Not to be written to. */
  readonly theirs: LocalPath;
}

/** `mine`: the local version stays. `theirs`: the pod's version becomes the live one. `merged`: the local file was edited. */
export type ConflictChoice = 'mine' | 'theirs' | 'merged';
