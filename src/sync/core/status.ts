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
    | 'remoteReadOnly';
  readonly message: string;
}

/** One batch of changes has become visible in the pod. */
export interface BatchApplied {
  readonly paths: readonly SyncPath[];
  /** From the first local notice of a change to the peer's acknowledgement, in milliseconds. */
  readonly milliseconds: number;
  /** Whether it belonged to the first sync of this connection. */
  readonly initial: boolean;
}
