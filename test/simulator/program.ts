import { type Disposable, toDisposable } from '../../src/base/disposable.ts';
import type { Scheduler } from '../../src/base/scheduler.ts';
import type { VirtualScheduler } from '../fakes/virtualScheduler.ts';
import type { Random } from '../unit/sync/random.ts';
import type { Side } from './places.ts';

interface Turn {
  readonly run: () => void;
}

/** One running process of one end: what it may do next, and its view of time. It ends with `kill`. */
export class Program implements Scheduler {
  readonly side: Side;
  readonly #time: VirtualScheduler;
  readonly #skew: { readonly milliseconds: number };
  readonly #random: Random;
  readonly #timers = new Set<Disposable>();
  #turns: Turn[] = [];
  #elapsed = 0;
  #isAlive = true;

  /** `skew` is how far the clock of the process's machine is off; it may change at any time. */
  constructor(side: Side, time: VirtualScheduler, skew: { readonly milliseconds: number }, random: Random) {
    this.side = side;
    this.#time = time;
    this.#skew = skew;
    this.#random = random;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Callbacks that are due. */
  get due(): number {
    return this.#turns.length;
  }

  /** Timers that are not due yet. */
  get timers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#time.now() + this.#skew.milliseconds;
  }

  /** Work takes any time: so slices end anywhere. */
  elapsed(): number {
    this.#elapsed += this.#random.pick([0, 0, 0.01, 0.1, 1, 5]);
    return this.#time.now() + this.#elapsed;
  }

  soon(callback: () => void): void {
    if (this.#isAlive) this.#turns.push({ run: callback });
  }

  after(milliseconds: number, callback: () => void): Disposable {
    const turn = { run: callback };
    if (!this.#isAlive) return toDisposable(() => {});
    const timer = this.#time.after(milliseconds, () => {
      this.#timers.delete(timer);
      if (this.#isAlive) this.#turns.push(turn);
    });
    this.#timers.add(timer);
    return toDisposable(() => {
      timer.dispose();
      this.#timers.delete(timer);
      this.#turns = this.#turns.filter((other) => other !== turn);
    });
  }

  /** Serves the callback that has been due longest. */
  serve(): void {
    this.#turns.shift()?.run();
  }

  /** Nothing that this process planned happens any more. */
  kill(): void {
    this.#isAlive = false;
    this.#turns = [];
    for (const timer of this.#timers) timer.dispose();
    this.#timers.clear();
  }
}
