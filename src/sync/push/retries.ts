import type { Disposable } from '../../base/disposable.ts';
import type { SyncPath } from '../../base/paths.ts';
import { isBelow } from '../core/batchOrder.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { isPassing, retryDelay, type RetryReason } from '../core/retryDelay.ts';

interface Retry {
  attempts: number;
  reason: RetryReason;
  waiting: boolean;
}

/** Remembers which paths have to be tried again, and when. */
export class Retries implements Disposable {
  readonly #scheduler: Scheduler;
  readonly #onDue: (paths: readonly SyncPath[], reasons: ReadonlySet<RetryReason>) => void;
  readonly #retries = new Map<SyncPath, Retry>();
  /** Paths that wait equally long share one timer. */
  readonly #due = new Map<number, { readonly paths: Set<SyncPath>; readonly timer: Disposable }>();

  constructor(scheduler: Scheduler, onDue: (paths: readonly SyncPath[], reasons: ReadonlySet<RetryReason>) => void) {
    this.#scheduler = scheduler;
    this.#onDue = onDue;
  }

  /** Whether some path waits that will most likely succeed. */
  get hasPassing(): boolean {
    for (const { attempts, reason, waiting } of this.#retries.values()) {
      if (waiting && isPassing(reason, attempts)) return true;
    }
    return false;
  }

  /** Tries a path again after a while; answers whether the trouble is worth telling by now. */
  add(path: SyncPath, reason: RetryReason): boolean {
    const attempts = (this.#retries.get(path)?.attempts ?? 0) + 1;
    this.#retries.set(path, { attempts, reason, waiting: true });
    this.#wait(path, retryDelay(reason, attempts));
    return !isPassing(reason, attempts);
  }

  /** The path is looked at anew anyway. */
  clear(path: SyncPath): void {
    this.#retries.delete(path);
  }

  /** Something succeeded at the path; a retry that still waits is for something later. */
  succeeded(path: SyncPath): void {
    if (!this.isWaiting(path)) this.#retries.delete(path);
  }

  /** Takes away what is held below some folders, because they have to be empty now. */
  takeHeld(folders: ReadonlySet<SyncPath>): SyncPath[] {
    const taken: SyncPath[] = [];
    for (const [path, { reason, waiting }] of folders.size === 0 ? [] : this.#retries) {
      if (waiting && reason === 'held' && isBelow(path, folders)) taken.push(path);
    }
    for (const path of taken) this.#retries.delete(path);
    return taken;
  }

  /** Whether the path was tried before without success. */
  isRepeated(path: SyncPath): boolean {
    return this.#retries.has(path);
  }

  /** Whether the path waits for its next try. */
  isWaiting(path: SyncPath): boolean {
    return this.#retries.get(path)?.waiting === true;
  }

  /** Forgets everything, because the connection is new and all paths are compared anyway. */
  reset(): void {
    this.dispose();
    this.#retries.clear();
  }

  dispose(): void {
    for (const { timer } of this.#due.values()) timer.dispose();
    this.#due.clear();
  }

  #wait(path: SyncPath, milliseconds: number): void {
    const sharing = this.#due.get(milliseconds);
    if (sharing !== undefined) {
      sharing.paths.add(path);
      return;
    }
    const paths = new Set([path]);
    const timer = this.#scheduler.after(milliseconds, () => {
      this.#due.delete(milliseconds);
      this.#start([...paths]);
    });
    this.#due.set(milliseconds, { paths, timer });
  }

  #start(paths: readonly SyncPath[]): void {
    const reasons = new Set<RetryReason>();
    const due = paths.filter((path) => {
      const retry = this.#retries.get(path);
      if (retry?.waiting !== true) return false;
      retry.waiting = false;
      reasons.add(retry.reason);
      return true;
    });
    if (due.length > 0) this.#onDue(due, reasons);
  }
}
