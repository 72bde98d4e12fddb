/** More paths than this within `burstMs` are a storm: a branch switch, an install, a build. */
const stormPaths = 50;
const burstMs = 20;
/** How long a storm is gathered before its changes are looked at, growing while it goes on. */
const windowsMs = [20, 50, 100] as const;
/** A storm is waited out for so long; one that goes on is then looked at once per window, whatever comes meanwhile. */
const longestWaitMs = 500;
/** While somebody holds the changes together, that is looked at again after `holdStepMs`, and not longer than this. */
const longestHoldMs = 2000;
const holdStepMs = 10;
/** So many looks may follow each other at once, then one in `lookMs`: nobody needs more versions of a file. */
const looksAtOnce = 3;
const lookMs = 16;

/**
 * Decides when noticed changes are looked at: at once as long as they come singly, gathered while they come in storms,
 * and never later than a fixed time after the first one.
 */
export class StormGauge {
  #burstStart = -Infinity;
  #burstCount = 0;
  #stage = -1;
  #lasting = false;
  #waitingSince: number | undefined;
  /** When all looks that may follow at once may have been used again. */
  #freeAt = -Infinity;

  /** Whether changes come in a storm. */
  get isStorm(): boolean {
    return this.#stage >= 0;
  }

  /**
   * Takes note of `count` paths at time `now` (ms); gives the milliseconds to wait before looking at what is waiting.
   * `held`: more changes that belong to them are known to follow.
   */
  note(count: number, now: number, held = false): number {
    if (now - this.#burstStart > burstMs) {
      this.#burstStart = now;
      this.#burstCount = 0;
    }
    this.#burstCount += count;
    if (held && this.#burstCount > stormPaths) this.#stage = Math.max(this.#stage, 0);
    if (held && this.#left(longestHoldMs, now) > 0) return Math.min(holdStepMs, this.#left(longestHoldMs, now));
    if (this.#burstCount > stormPaths || this.isStorm) return this.#stormWait(now);
    const wait = Math.max(0, this.#freeAt - now - (looksAtOnce - 1) * lookMs);
    return wait === 0 ? 0 : Math.min(wait, this.#left(lookMs, now));
  }

  /** What was waiting has been looked at, at time `now`. `quiet` says that nothing came during the last wait. */
  looked(quiet: boolean, now: number): void {
    this.#waitingSince = undefined;
    this.#freeAt = Math.max(this.#freeAt, now) + lookMs;
    this.#lasting = !quiet && this.isStorm;
    if (quiet) this.#stage = -1;
  }

  #stormWait(now: number): number {
    this.#stage = Math.min(this.#stage + 1, windowsMs.length - 1);
    const window = windowsMs[this.#stage] ?? longestWaitMs;
    return Math.max(0, Math.min(window, this.#left(this.#lasting ? window : longestWaitMs, now)));
  }

  /** What is left of the longest time that the first change may wait. */
  #left(longest: number, now: number): number {
    this.#waitingSince ??= now;
    return this.#waitingSince + longest - now;
  }
}
