import type { Problem } from './problem.ts';

/** How long a problem may be out of sight and still be the same one, in milliseconds: each new try hides it a while. */
const memory = 15_000;

/** Tells when a problem has stood for its grace. Fed with what stands in the way at each look; time comes from outside. */
export class Patience {
  #key: string | undefined;
  #since = 0;
  #lost: number | undefined;

  /**
   * The problem when it counts now; otherwise how many milliseconds are left until it does, or `undefined` when
   * nothing stands in the way.
   */
  look(problem: Problem | undefined, now: number): { due: Problem } | { wait: number } | undefined {
    if (problem === undefined) {
      this.#lost ??= now;
      return undefined;
    }
    if (problem.key !== this.#key || (this.#lost !== undefined && now - this.#lost > memory)) {
      this.#key = problem.key;
      this.#since = now;
    }
    this.#lost = undefined;
    const left = this.#since + problem.grace - now;
    return left <= 0 ? { due: problem } : { wait: left };
  }
}
