import type { Disposable } from '../../base/disposable.ts';
import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';

/** Longest stretch of looking before other events get their turn, in milliseconds. */
const sliceMs = 4;

/** One look at some part of the disk, in steps. */
export interface Look {
  readonly steps: Generator<undefined, void>;
  /** Called when the look is over: what it found, what it cost in milliseconds, and why it ended early, if it did. */
  readonly over: (changed: Set<SyncPath>, cost: number, error: unknown) => void;
}

interface Running extends Look {
  readonly changed: Set<SyncPath>;
  cost: number;
}

/**
 * Runs looks one step at a time. Urgent ones begin in the turn in which they are asked for, when no other urgent one is
 * running, and interrupt the others.
 */
export class Looks implements Disposable {
  readonly #urgent: Running[] = [];
  readonly #patient: Running[] = [];
  readonly #scheduler: Scheduler;
  readonly #betweenSlices: () => void;
  #current: Running | undefined;
  #slicing = false;
  #sliceDue = false;

  /** `betweenSlices` runs before other events get their turn. */
  constructor(scheduler: Scheduler, betweenSlices: () => void) {
    this.#scheduler = scheduler;
    this.#betweenSlices = betweenSlices;
  }

  /** Notes what the look that runs now has found. */
  found(path: SyncPath): void {
    this.#current?.changed.add(path);
  }

  add(kind: 'urgent' | 'patient', look: Look): void {
    const lane = kind === 'urgent' ? this.#urgent : this.#patient;
    lane.push({ ...look, changed: new Set(), cost: 0 });
    if (kind === 'urgent' && lane.length === 1) this.#slice();
    else this.#sliceSoon();
  }

  /** Calls `then` when all looks that were asked for are over, and what they found has been told. */
  afterAll(then: () => void): void {
    if (this.#next() === undefined) then();
    else this.add('patient', { steps: nothing(), over: then });
  }

  /** Runs a look to its end in this turn. */
  now(look: Look): void {
    const running: Running = { ...look, changed: new Set(), cost: 0 };
    while (!this.#isOver(running));
    this.#betweenSlices();
  }

  /** Looks that are not over are given up; their `over` is not called. */
  dispose(): void {
    for (const look of [...this.#urgent.splice(0), ...this.#patient.splice(0)]) look.steps.return();
  }

  #slice(): void {
    if (this.#slicing) return;
    this.#slicing = true;
    const end = this.#scheduler.elapsed() + sliceMs;
    for (let lane = this.#next(); lane !== undefined && this.#scheduler.elapsed() < end; lane = this.#next()) {
      const [look] = lane;
      if (look !== undefined && this.#isOver(look)) lane.shift();
    }
    this.#slicing = false;
    this.#betweenSlices();
    this.#sliceSoon();
  }

  #next(): Running[] | undefined {
    return [this.#urgent, this.#patient].find((lane) => lane.length > 0);
  }

  #sliceSoon(): void {
    if (this.#sliceDue || this.#slicing || this.#next() === undefined) return;
    this.#sliceDue = true;
    this.#scheduler.soon(() => {
      this.#sliceDue = false;
      this.#slice();
    });
  }

  /** Takes the next step of a look; answers whether that was the last. */
  #isOver(look: Running): boolean {
    const start = this.#scheduler.elapsed();
    const outer = this.#current;
    this.#current = look;
    let error: unknown;
    let done = true;
    try {
      done = look.steps.next().done === true;
    } catch (caught) {
      error = caught;
    }
    this.#current = outer;
    look.cost += this.#scheduler.elapsed() - start;
    if (done) look.over(look.changed, look.cost, error);
    return done;
  }
}

function* nothing(): Generator<undefined, void> {
  // A patient look is over when all before it are.
}
