import { type Disposable, toDisposable } from './disposable.ts';
import { abortReason } from './errors.ts';

/** Time as a parameter, so that tests can drive it. */
export interface Scheduler {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since some moment, never going back whatever happens to the clock: for how long work takes. */
  elapsed(): number;
  /** Runs `callback` once, after everything that is due now has been served. */
  soon(callback: () => void): void;
  /** Runs `callback` once after `milliseconds`; disposing the result before that cancels it. */
  after(milliseconds: number, callback: () => void): Disposable;
}

/** The machine's own clock: the one place below the host that may touch `setTimeout`, `setImmediate` and `Date.now`. */
export const systemScheduler: Scheduler = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  soon(callback) {
    setImmediate(callback);
  },
  after(milliseconds, callback) {
    const handle = setTimeout(callback, milliseconds);
    return toDisposable(() => {
      clearTimeout(handle);
    });
  },
};

/** Resolves after `milliseconds`; rejects with the abort reason as soon as `signal` aborts. */
export function delay(scheduler: Scheduler, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(abortReason(signal));
      return;
    }
    const onAbort = (): void => {
      timer.dispose();
      if (signal !== undefined) reject(abortReason(signal));
    };
    const timer = scheduler.after(milliseconds, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
