import type { Disposable } from '../../base/disposable.ts';
import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { SyncStatus } from '../core/status.ts';

/** What the pushing side is doing, apart from its connection. */
export type Activity = Extract<SyncStatus, { kind: 'scanning' | 'sending' | 'inSync' }>;

/** Progress is told at most this often, and work shorter than this not at all, in milliseconds. */
const tellMs = 100;

/** Counts what is to be sent and what has arrived, and tells it at a pace that a person can follow. */
export class Progress implements Disposable {
  readonly #scheduler: Scheduler;
  readonly #onActivity: (activity: Activity) => void;
  #files = 0;
  #totalFiles = 0;
  #bytes = 0;
  #totalBytes = 0;
  #path: SyncPath | undefined;
  #timer: Disposable | undefined;
  #last: Activity['kind'] | undefined;

  constructor(scheduler: Scheduler, onActivity: (activity: Activity) => void) {
    this.#scheduler = scheduler;
    this.#onActivity = onActivity;
  }

  scanning(): void {
    this.#tell({ kind: 'scanning' });
  }

  /** So much more has to be looked at and perhaps sent. */
  planned(files: number, bytes: number): void {
    this.#totalFiles += files;
    this.#totalBytes += bytes;
    this.#tellSoon();
  }

  /** So much of it is done. */
  done(path: SyncPath, files: number, bytes: number): void {
    this.#files += files;
    this.#bytes += bytes;
    this.#path = path;
    this.#tellSoon();
  }

  /** Nothing is left to do; `files` are in the tree. */
  idle(files: number): void {
    this.#files = this.#totalFiles = this.#bytes = this.#totalBytes = 0;
    this.#path = undefined;
    this.#timer?.dispose();
    this.#timer = undefined;
    if (this.#last !== 'inSync') this.#tell({ kind: 'inSync', files });
  }

  /** The connection is gone: what is told next starts anew. */
  reset(): void {
    this.#files = this.#totalFiles = this.#bytes = this.#totalBytes = 0;
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#last = undefined;
  }

  dispose(): void {
    this.#timer?.dispose();
  }

  #tellSoon(): void {
    this.#timer ??= this.#scheduler.after(this.#last === 'scanning' ? 0 : tellMs, () => {
      this.#timer = undefined;
      const [files, totalFiles, bytes, totalBytes] = [this.#files, this.#totalFiles, this.#bytes, this.#totalBytes];
      this.#tell({ kind: 'sending', files, totalFiles, bytes, totalBytes, path: this.#path });
    });
  }

  #tell(activity: Activity): void {
    this.#last = activity.kind;
    this.#onActivity(activity);
  }
}
