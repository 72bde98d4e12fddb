import type { UserErrorInit } from '../../base/errors.ts';
import type { SyncConflict } from '../core/conflict.ts';
import type { SyncMode } from '../core/modes.ts';
import type { BatchApplied, SyncProblem, WatchTrouble } from '../core/status.ts';
import type { Answer, Ask } from './asks.ts';
import type { Activity } from './progress.ts';

/** What the worker is started with. */
export interface WorkerSettings {
  readonly root: string;
  readonly stateDir: string;
  readonly ignore: readonly string[];
  readonly mode: SyncMode;
  readonly pull: readonly string[];
}

/** What a worker is started for. */
export type WorkerTask =
  | { readonly kind: 'sync'; readonly settings: WorkerSettings }
  /** To look at a folder once; the only message is then a `SyncPreview`. */
  | { readonly kind: 'preview'; readonly root: string; readonly ignore: readonly string[] };

/** From the thread that owns the connection to the worker that owns the disk. */
export type ToWorker =
  | { readonly kind: 'connected'; readonly credit: number; readonly volumeId: string }
  | { readonly kind: 'disconnected' }
  /** A message of the sidecar, as received. */
  | { readonly kind: 'message'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** The socket has taken so many bytes. */
  | { readonly kind: 'drained'; readonly bytes: number }
  /** The file at this absolute path was just written. */
  | { readonly kind: 'saved'; readonly path: string }
  | { readonly kind: 'flush'; readonly id: number }
  | { readonly kind: 'ask'; readonly id: number; readonly ask: Ask }
  | { readonly kind: 'close' };

/** An error that can be sent between threads. */
export type PlainUserError = Pick<UserErrorInit, 'code' | 'message' | 'next' | 'detail' | 'remedies'>;

/** From the worker back. */
export type FromWorker =
  | { readonly kind: 'send'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'activity'; readonly activity: Activity }
  | { readonly kind: 'problems'; readonly problems: readonly SyncProblem[] }
  | { readonly kind: 'applied'; readonly batch: BatchApplied }
  | { readonly kind: 'watchTrouble'; readonly trouble: WatchTrouble | undefined }
  /** The work cannot go on because of this, or (without it) can again. */
  | { readonly kind: 'blocked'; readonly error: PlainUserError | undefined }
  | { readonly kind: 'flushed'; readonly id: number; readonly error: PlainUserError | undefined }
  | { readonly kind: 'conflicts'; readonly conflicts: readonly SyncConflict[] }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer | { readonly error: PlainUserError } }
  /** The connection has to be renewed: the sidecar broke the protocol, or what was under way on it was given up. */
  | { readonly kind: 'renew'; readonly reason: string }
  | {
      readonly kind: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly message: string;
      readonly data: unknown;
    };
