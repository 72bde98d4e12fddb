import { setTimeout as wait } from 'node:timers/promises';

/**
 * Waits until `probe` gives something other than `undefined` and `false`, and returns that. Throws after `deadline`
 * milliseconds, saying what was waited for and, if the last probe threw, why.
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  deadline = 30_000,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + deadline;
  for (let pause = 10; ; pause = Math.min(pause * 1.5, 250)) {
    let failure: unknown;
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > end) {
      throw new Error(`Waited ${deadline / 1000} s in vain until ${what}.`, { cause: failure });
    }
    await wait(pause);
  }
}
