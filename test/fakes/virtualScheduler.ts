import { type Disposable, toDisposable } from '../../src/base/disposable.ts';
import type { Scheduler } from '../../src/base/scheduler.ts';

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** A clock that stands still until a test moves it. */
export class VirtualScheduler implements Scheduler {
  readonly #timers = new Set<Timer>();
  readonly #soon: (() => void)[] = [];
  #now = Date.UTC(2026, 0, 1);

  /** Milliseconds from now until each timer that has not run, soonest first. */
  get pending(): readonly number[] {
    return [...this.#timers].map(({ due }) => due - this.#now).toSorted((a, b) => a - b);
  }

  now(): number {
    return this.#now;
  }

  elapsed(): number {
    return this.#now;
  }

  /** Runs in the next `advance`, also one of no time. */
  soon(callback: () => void): void {
    this.#soon.push(callback);
  }

  after(milliseconds: number, callback: () => void): Disposable {
    const timer = { due: this.#now + milliseconds, run: callback };
    this.#timers.add(timer);
    return toDisposable(() => this.#timers.delete(timer));
  }

  /** Moves the clock and runs what is due, in order; timers set meanwhile run too if they are due by then. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      for (const run of this.#soon.splice(0)) run();
      const [next] = [...this.#timers].filter(({ due }) => due <= end).toSorted((a, b) => a.due - b.due);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.run();
    }
    this.#now = end;
  }

  /** Moves the clock as a machine that sleeps does: no timer notices. */
  sleep(milliseconds: number): void {
    this.#now += milliseconds;
    const timers = [...this.#timers];
    this.#timers.clear();
    for (const { due, run } of timers) this.#timers.add({ due: due + milliseconds, run });
  }
}
