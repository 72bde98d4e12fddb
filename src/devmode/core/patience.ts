import type { Problem } from './problem.ts';

/** Tells when a problem has stood for its grace. Fed with what stands in the way at each look; time comes from outside. */
export class Patience {
  #key: string | undefined;
  #since = 0;

  /**
   * The problem when it counts now; otherwise how many milliseconds are left until it does, or `undefined` when
   * nothing stands in the way.
   */
  look(problem: Problem | undefined, now: number): { due: Problem } | { wait: number } | undefined {
    if (problem?.key !== this.#key) {
      this.#key = problem?.key;
      this.#since = now;
    }
    if (problem === undefined) return undefined;
    const left = this.#since + problem.grace - now;
    return left <= 0 ? { due: problem } : { wait: left };
  }
}
