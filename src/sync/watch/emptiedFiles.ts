import type { Disposable } from '../../base/disposable.ts';
import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';

/** Editors empty a file, or make an empty one, before they write it: that version waits this long for the next (ms). */
const emptyWaitMs = 40;

/** Files that have just become empty and will most likely be filled at once. */
export class EmptiedFiles implements Disposable {
  readonly #scheduler: Scheduler;
  readonly #onStillEmpty: (paths: Set<SyncPath>) => void;
  #paths = new Set<SyncPath>();
  #timer: Disposable | undefined;

  constructor(scheduler: Scheduler, onStillEmpty: (paths: Set<SyncPath>) => void) {
    this.#scheduler = scheduler;
    this.#onStillEmpty = onStillEmpty;
  }

  /** Those that still wait. */
  get waiting(): Iterable<SyncPath> {
    return this.#paths;
  }

  add(path: SyncPath): void {
    this.#paths.add(path);
    this.#timer ??= this.#scheduler.after(emptyWaitMs, () => {
      this.#onStillEmpty(this.take());
    });
  }

  /** The file is empty no more, or gone. */
  delete(path: SyncPath): void {
    this.#paths.delete(path);
  }

  /** The same; they wait no longer. */
  take(): Set<SyncPath> {
    this.dispose();
    const paths = this.#paths;
    this.#paths = new Set();
    return paths;
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
  }
}
