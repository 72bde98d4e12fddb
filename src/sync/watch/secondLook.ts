import type { Disposable } from '../../base/disposable.ts';
import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';

/** A path is looked at again between one and two of these after its last change (ms): longer than any clock ticks. */
const generationMs = 2500;
/** More paths than this are left to the scan that follows a storm anyway. */
const maxPaths = 5000;

/**
 * Remembers what changed lately, to look at it once more: what is written through a mapping is never told of, and what
 * is written twice within one tick of the disk's clock leaves no trace in a file's times.
 */
export class SecondLook implements Disposable {
  readonly #scheduler: Scheduler;
  readonly #onDue: (paths: ReadonlySet<SyncPath>) => void;
  #young = new Set<SyncPath>();
  #old = new Set<SyncPath>();
  #timer: Disposable | undefined;

  constructor(scheduler: Scheduler, onDue: (paths: ReadonlySet<SyncPath>) => void) {
    this.#scheduler = scheduler;
    this.#onDue = onDue;
  }

  /** The path was looked at just now because it had changed. */
  add(path: SyncPath): void {
    this.#old.delete(path);
    if (this.#young.size < maxPaths) this.#young.add(path);
    this.#timer ??= this.#later();
  }

  /** What still waits for its second look. */
  *waiting(): Iterable<SyncPath> {
    yield* this.#old;
    yield* this.#young;
  }

  dispose(): void {
    this.#timer?.dispose();
  }

  #later(): Disposable {
    return this.#scheduler.after(generationMs, () => {
      const due = this.#old;
      this.#old = this.#young;
      this.#young = new Set();
      this.#timer = this.#old.size > 0 ? this.#later() : undefined;
      if (due.size > 0) this.#onDue(due);
    });
  }
}
