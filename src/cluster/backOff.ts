/**
 * Waiting times between attempts: short at first, doubling up to a limit, each spread at random so that many clients
 * of a server that comes back do not come in one wave.
 */
export class BackOff {
  readonly #first: number;
  readonly #limit: number;
  #attempts = 0;

  /** Milliseconds of the first wait and of the longest. */
  constructor(first: number, limit: number) {
    this.#first = first;
    this.#limit = limit;
  }

  /** Milliseconds to wait now. */
  next(): number {
    const wait = Math.min(this.#limit, this.#first * 2 ** this.#attempts);
    this.#attempts = Math.min(this.#attempts + 1, 30);
    return wait * (0.5 + Math.random() / 2);
  }

  /** The next wait is the shortest again. */
  reset(): void {
    this.#attempts = 0;
  }
}
