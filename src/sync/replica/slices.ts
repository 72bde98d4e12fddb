import type { Scheduler } from '../../base/scheduler.ts';

/** Longest stretch of work before other events get their turn, in milliseconds. */
const sliceMs = 4;

/**
 * Runs a paused computation in slices, so that messages and timers are served in between. `betweenSlices` runs after
 * each. Rejects with what the computation throws, or with the reason of `signal`.
 */
export async function runInSlices<T>(
  steps: Generator<undefined, T>,
  scheduler: Scheduler,
  signal: AbortSignal,
  betweenSlices: () => void = () => {},
): Promise<T> {
  try {
    for (;;) {
      signal.throwIfAborted();
      const end = scheduler.elapsed() + sliceMs;
      while (scheduler.elapsed() < end) {
        const step = steps.next();
        if (step.done === true) return step.value;
      }
      betweenSlices();
      await nextTurn(scheduler);
    }
  } finally {
    betweenSlices();
  }
}

/** Resolves after everything that is due now has been served. */
function nextTurn(scheduler: Scheduler): Promise<void> {
  return new Promise((resolve) => {
    scheduler.soon(resolve);
  });
}

/** Runs a paused computation to its end at once. */
export function runToEnd<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
