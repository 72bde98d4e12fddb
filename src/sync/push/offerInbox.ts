import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { PathState } from '../../protocol/pathState.ts';

/** Gathers what the other side says that it has, so that what came together is looked at together. */
export class OfferInbox {
  readonly #scheduler: Scheduler;
  readonly #onDue: () => void;
  readonly #offers = new Map<SyncPath, PathState>();
  #due = false;

  constructor(scheduler: Scheduler, onDue: () => void) {
    this.#scheduler = scheduler;
    this.#onDue = onDue;
  }

  get isEmpty(): boolean {
    return this.#offers.size === 0;
  }

  /** Takes one offer; a later one of the same path takes its place. */
  add(path: SyncPath, current: PathState): void {
    this.#offers.delete(path);
    this.#offers.set(path, current);
    if (this.#due) return;
    this.#due = true;
    this.#scheduler.soon(() => {
      this.#due = false;
      this.#onDue();
    });
  }

  /** Takes everything out, in the order in which it came. */
  take(): [SyncPath, PathState][] {
    const offers = [...this.#offers];
    this.#offers.clear();
    return offers;
  }
}
