import type { Disposable } from '../../base/disposable.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { ScanPace } from '../core/scanPace.ts';

/** How often the clock is looked at, and by how much (ms) it may be off before this machine must have slept. */
const tickMs = 5000;
const jumpMs = 3000;
/** What is due at once, and cannot be done now, is tried again after this long (ms). */
const soonMs = 20;

/** Tells when everything has to be looked at: when it is time to, and when the machine comes back from its sleep. */
export class Rescans implements Disposable {
  readonly pace: ScanPace;
  readonly #scheduler: Scheduler;
  readonly #onDue: () => void;
  readonly #onTick: (now: number) => void;
  #last: number;
  #timer: Disposable;

  /** `onTick` is called every few seconds. */
  constructor(scheduler: Scheduler, onDue: () => void, onTick: (now: number) => void) {
    this.#scheduler = scheduler;
    this.#onDue = onDue;
    this.#onTick = onTick;
    this.#last = scheduler.now();
    this.pace = new ScanPace(this.#last);
    this.#timer = this.#tickLater();
  }

  /** Something was missed: a scan follows, now if the last one was cheap or long ago. */
  need(): void {
    this.pace.need();
    this.#plan();
  }

  /** The root itself is missing, or there again. */
  rootIsThere(isThere: boolean): void {
    this.pace.rootIsThere = isThere;
    this.#plan();
  }

  dispose(): void {
    this.#timer.dispose();
  }

  #plan(): void {
    this.#timer.dispose();
    this.#timer = this.#tickLater();
  }

  #tickLater(): Disposable {
    const now = this.#scheduler.now();
    const wait = Math.max(soonMs, Math.min(tickMs, this.pace.due(now) - now));
    return this.#scheduler.after(wait, () => {
      this.#tick();
    });
  }

  #tick(): void {
    const now = this.#scheduler.now();
    const elapsed = now - this.#last;
    this.#last = now;
    if (elapsed < 0 || elapsed > tickMs + jumpMs) this.pace.need();
    this.#onTick(now);
    if (this.pace.due(now) <= now) this.#onDue();
    this.#timer = this.#tickLater();
  }
}
