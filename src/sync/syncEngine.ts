import type { Duplex } from 'node:stream';
import type { Disposable } from '../base/disposable.ts';
import type { Event } from '../base/event.ts';
import type { Log } from '../base/log.ts';
import type { LocalPath } from '../base/paths.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { BatchApplied, SyncProblem, SyncStatus, WatchTrouble } from './core/status.ts';
import type { ConflictChoice, SyncConflict } from './core/conflict.ts';
import type { SyncMode } from './core/modes.ts';
import type { Restorable } from './core/restorable.ts';

/** What keeping a local folder and one in a pod in step needs. */
export interface SyncEngineOptions {
  readonly root: LocalPath;
  /** Folder of the session's own state on this machine (index, journal); made when missing. */
  readonly stateDir: LocalPath;
  /** Random id of this local checkout; binds baselines together with the volume's id. */
  readonly workspaceId: string;
  /** Opens one byte stream to the sidecar's port. Called again for each reconnection. */
  readonly connect: (signal: AbortSignal) => Promise<Duplex>;
  readonly token: string;
  /** Ignore patterns besides `.gitignore`, `.podloopignore` and the built-in defaults. */
  readonly ignore: readonly string[];
  /** `push` when absent. */
  readonly mode?: SyncMode;
  /** Patterns of paths that go both ways although the mode is `push`. */
  readonly pull?: readonly string[];
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/** Keeps a local folder and one in a pod in step. Starts when made; ends when disposed. */
export interface SyncEngine extends Disposable {
  readonly status: SyncStatus;
  readonly problems: readonly SyncProblem[];
  /** Why local changes may be noticed late; `undefined` when they are not. */
  readonly watchTrouble: WatchTrouble | undefined;
  readonly onStatus: Event<SyncStatus>;
  readonly onProblems: Event<readonly SyncProblem[]>;
  readonly onBatchApplied: Event<BatchApplied>;
  readonly onWatchTrouble: Event<WatchTrouble | undefined>;
  /** A hint that this file was just written completely, e.g. by the editor: it is looked at without delay. */
  noteSaved(path: LocalPath): void;
  /**
   * Resolves when everything that was on the local disk at the time of the call is visible in the pod. Rejects with
   * a `UserError` (`sync.failed`, `sync.paused`) or when `signal` aborts; while disconnected it waits.
   */
  flush(signal: AbortSignal): Promise<void>;
  /** Drops the connection and dials again at once, e.g. after the network came back. */
  reconnectNow(): void;
  /**
   * Disconnects until `resume`: nothing travels in either direction. What changes meanwhile on either side is found by
   * comparing when it goes on. Not remembered by the next engine.
   */
  pause(): void;
  resume(): void;
  /** Paths that were changed on both sides and still have a version to choose or to merge, oldest first. */
  readonly conflicts: readonly SyncConflict[];
  readonly onConflicts: Event<readonly SyncConflict[]>;
  /** Ends a conflict. The version that is not chosen can be restored. Rejects with a `UserError`. */
  resolveConflict(id: string, choice: ConflictChoice): Promise<void>;
  /**
   * Versions that were replaced or deleted on either side and are still kept, newest first. Without a connection only
   * those on this machine.
   */
  restorable(): Promise<readonly Restorable[]>;
  /** Copies a version to a file of the same name, for a diff, and gives that. Rejects with a `UserError`. */
  openRestorable(id: string): Promise<LocalPath>;
  /**
   * Makes a version the live one in the local folder, from where it is synced like any other change. What is live now
   * can be restored in turn. Rejects with a `UserError`.
   */
  restore(id: string): Promise<void>;
  /** Stops and resolves when no timer, watcher, worker or socket is left. */
  close(): Promise<void>;
}
