import type { Disposable } from '../../base/disposable.ts';
import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';

/** Deletions in the pod are carried out here when none came for this long, and never later than that (ms). */
const quietMs = 300;
const latestMs = 5000;

/** Gathers what was deleted in the pod, so that it is seen as a whole before anything is deleted here. */
export class Removals {
  readonly #scheduler: Scheduler;
  readonly #onDue: (paths: readonly SyncPath[]) => void;
  readonly #paths = new Set<SyncPath>();
  #since = 0;
  #timer: Disposable | undefined;

  /** `onDue` gets what is inside a folder before the folder. */
  constructor(scheduler: Scheduler, onDue: (paths: readonly SyncPath[]) => void) {
    this.#scheduler = scheduler;
    this.#onDue = onDue;
  }

  get isEmpty(): boolean {
    return this.#paths.size === 0;
  }

  add(path: SyncPath): void {
    const now = this.#scheduler.now();
    if (this.#paths.size === 0) this.#since = now;
    this.#paths.add(path);
    this.#timer?.dispose();
    const wait = Math.max(0, Math.min(quietMs, this.#since + latestMs - now));
    this.#timer = this.#scheduler.after(wait, () => {
      const paths = [...this.#paths].sort((a, b) => b.length - a.length);
      this.clear();
      this.#onDue(paths);
    });
  }

  clear(): void {
    this.#timer?.dispose();
    this.#paths.clear();
  }
}
