import { type Disposable, DisposableStore } from '../../base/disposable.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { errorCode } from '../replica/diskError.ts';

/** A notice that has not come after this long (ms) does not come. */
const answerMs = 250;

/** `silent`: no notice came. `failed`: nothing could be done that could be told of, e.g. because the disk is full. */
export type MarkAnswer = 'answered' | 'silent' | 'failed';

/** A question to the watcher that it has not answered. */
interface Mark {
  readonly then: (answer: MarkAnswer) => void;
  readonly timer: Disposable;
}

/**
 * Asks the watcher to tell of something that is done now: when that notice comes, all earlier ones have come; when it
 * does not come, the watcher tells nothing at all.
 */
export class Marks implements Disposable {
  readonly #scheduler: Scheduler;
  readonly #make: (number: number) => void;
  readonly #timers = new DisposableStore();
  readonly #open = new Map<number, Mark>();
  #last = 0;

  /** `make` does what has to be told of; it throws the disk's error. */
  constructor(scheduler: Scheduler, make: (number: number) => void) {
    this.#scheduler = scheduler;
    this.#make = make;
  }

  /** `then` is told what became of it, never in this turn. Not called after `dispose`. */
  ask(then: (answer: MarkAnswer) => void): void {
    const number = ++this.#last;
    const timer = this.#scheduler.after(answerMs, () => {
      this.#late(number);
    });
    this.#timers.add(timer);
    this.#open.set(number, { then, timer });
    try {
      this.#make(number);
    } catch (error) {
      if (errorCode(error) === '') throw error;
      this.#scheduler.soon(() => {
        this.#close(number, 'failed');
      });
    }
  }

  /** The notice of one mark came. */
  noticed(number: number): void {
    this.#close(number, 'answered');
  }

  dispose(): void {
    this.#open.clear();
    this.#timers.dispose();
  }

  /** The notice may be among those that this thread had no time to take: that takes a turn. */
  #late(number: number): void {
    this.#scheduler.soon(() => {
      this.#scheduler.soon(() => {
        this.#close(number, 'silent');
      });
    });
  }

  #close(number: number, answer: MarkAnswer): void {
    const mark = this.#open.get(number);
    if (mark === undefined) return;
    this.#open.delete(number);
    this.#timers.release(mark.timer);
    mark.then(answer);
  }
}
