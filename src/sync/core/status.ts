import type { SyncPath } from '../../base/paths.ts';

/** What the sync engine is doing now. */
export type SyncStatus =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'scanning' }
  /** `total*` grow while the scan goes on; bytes are of file content. */
  | {
      readonly kind: 'sending';
      readonly files: number;
      readonly totalFiles: number;
      readonly bytes: number;
      readonly totalBytes: number;
      /** The path last sent. */
      readonly path: SyncPath | undefined;
    }
  | { readonly kind: 'inSync'; readonly files: number }
  /** Somebody paused it: nothing travels in either direction, and local changes are kept. */
  | { readonly kind: 'paused' }
  /** The connection is down and being re-dialled; local changes are kept. `since` is epoch milliseconds. */
  | { readonly kind: 'disconnected'; readonly since: number; readonly reason: string }
  /** Syncing cannot go on without somebody doing something. */
  | { readonly kind: 'failed'; readonly error: Error };

/** Trouble with one path; the rest goes on. */
export interface SyncProblem {
  readonly path: SyncPath;
  readonly code:
    | 'unreadable'
    | 'unsupportedName'
    | 'specialFile'
    | 'escapingLink'
    | 'remoteRefused'
    | 'remoteDiskFull'
    | 'remoteReadOnly'
    /** What the pod has there is not taken over, for the safety of this machine. */
    | 'inboundRefused'
    /** What the pod has there cannot be written here. */
    | 'inboundFailed'
    | 'localDiskFull';
  readonly message: string;
}

/** Why changes in the folder are not all told of, so that it is looked at again and again instead. */
export type WatchTrouble =
  /** The system has no watches left for some of its folders. */
  | { readonly kind: 'watchesUsedUp' }
  /** Another machine may change the disk, e.g. "NFS", unnoticed by this one. */
  | { readonly kind: 'remoteDisk'; readonly fileSystem: string }
  /** The system tells nothing, or not everything. */
  | { readonly kind: 'silent' };

/** One batch of changes has become visible in the pod. */
export interface BatchApplied {
  readonly paths: readonly SyncPath[];
  /** From the first local notice of a change to the peer's acknowledgement, in milliseconds. */
  readonly milliseconds: number;
  /** Whether it belonged to the first sync of this connection. */
  readonly initial: boolean;
}
