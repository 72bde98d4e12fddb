/** More paths than this within `burstMs` are a storm: a branch switch, an install, a build. */
const stormPaths = 50;
const burstMs = 20;
/** How long a storm is gathered before its changes are looked at, growing while it goes on. */
const windowsMs = [20, 50, 100] as const;
/** Changes never wait longer than this for a storm to end, in milliseconds. */
const longestWaitMs = 500;

/**
 * Decides when noticed changes are looked at: at once as long as they come singly, gathered while they come in storms,
 * and never later than a fixed time after the first one.
 */
export class StormGauge {
  #burstStart = -Infinity;
  #burstCount = 0;
  #stage = -1;
  #waitingSince: number | undefined;

  /** Takes note of `count` paths at time `now` (ms); gives the milliseconds to wait before looking at what is waiting. */
  note(count: number, now: number): number {
    if (now - this.#burstStart > burstMs) {
      this.#burstStart = now;
      this.#burstCount = 0;
    }
    this.#burstCount += count;
    if (this.#burstCount <= stormPaths && this.#stage < 0) return 0;
    this.#stage = Math.min(this.#stage + 1, windowsMs.length - 1);
    this.#waitingSince ??= now;
    const window = windowsMs[this.#stage] ?? longestWaitMs;
    return Math.max(0, Math.min(window, this.#waitingSince + longestWaitMs - now));
  }

  /** What was waiting has been looked at. `quiet` says that nothing came during the last wait. */
  looked(quiet: boolean): void {
    this.#waitingSince = undefined;
    if (quiet) this.#stage = -1;
  }
}
