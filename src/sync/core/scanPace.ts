/** How often everything is looked at again while things change, and while nothing does (ms). */
const activeMs = 60_000;
const idleMs = 300_000;
/** The same when changes are not told of; hot folders are looked at more often by other means. */
const blindActiveMs = 2000;
const blindIdleMs = 10_000;
/** Changes in the last so many milliseconds count as activity. */
const activityMs = 300_000;
/** A storm is followed by a scan after this long (ms). */
const afterStormMs = 30_000;
/** How often a missing root is looked for (ms). */
const missingRootMs = 1000;
/** A scan is followed by a pause of at least so many times what it cost: 5 % of one processor while things change. */
const ordinaryRest = 19;
const idleRest = 99;
/** A scan that something was lost makes necessary waits less. */
const neededRest = 4;

/** Decides when everything is looked at again although nothing said so. Times are epoch milliseconds. */
export class ScanPace {
  #ended: number;
  #cost = 0;
  #lastChange = -Infinity;
  #stormDue = Infinity;
  #needed = false;
  /** Whether changes in the folder are not told of. */
  blind = false;
  rootIsThere = true;

  constructor(now: number) {
    this.#ended = now;
  }

  /** Whether something is known to have been missed. */
  get isNeeded(): boolean {
    return this.#needed;
  }

  changed(now: number): void {
    this.#lastChange = now;
  }

  storm(now: number): void {
    this.#stormDue = now + afterStormMs;
  }

  /** Something was missed: everything has to be looked at. */
  need(): void {
    this.#needed = true;
  }

  started(): void {
    this.#needed = false;
    this.#stormDue = Infinity;
  }

  /** `cost` is the time that the scan took of a processor (ms). */
  finished(now: number, cost: number): void {
    this.#ended = now;
    this.#cost = cost;
  }

  /** When the next scan is due. */
  due(now: number): number {
    // A clock that was put back must not put off what is due.
    const ended = Math.min(this.#ended, now);
    if (!this.rootIsThere) return ended + missingRootMs;
    if (this.#needed) return ended + neededRest * this.#cost;
    const active = now - this.#lastChange < activityMs;
    const pause = this.blind ? (active ? blindActiveMs : blindIdleMs) : active ? activeMs : idleMs;
    const rest = this.#cost * (active ? ordinaryRest : idleRest);
    return Math.max(Math.min(ended + pause, this.#stormDue), ended + rest);
  }
}
