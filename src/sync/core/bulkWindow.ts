const smallest = 256 * 1024;
const largest = 8 * 1024 * 1024;

interface Mark {
  /** Bytes sent up to and including the marked moment. */
  readonly sent: number;
  readonly at: number;
}

/**
 * How many bytes of bulk content may be under way: about twice what the connection holds (bandwidth times round trip),
 * so that it stays busy while a small change never queues behind more than that.
 */
export class BulkWindow {
  #sent = 0;
  #credited = 0;
  #marks: Mark[] = [];
  #shortestTrip = Infinity;
  #bestRate = 0;
  #lastCredit: Mark | undefined;

  /** Bytes that are sent and not yet consumed by the other end. */
  get underWay(): number {
    return this.#sent - this.#credited;
  }

  /** Bytes that may be under way. */
  get limit(): number {
    if (this.#bestRate === 0 || this.#shortestTrip === Infinity) return 2 * smallest;
    return Math.min(largest, Math.max(smallest, 2 * this.#bestRate * this.#shortestTrip));
  }

  /** Notes bytes that were sent at time `now` (ms). */
  sent(bytes: number, now: number): void {
    this.#sent += bytes;
    if (this.#marks.length < 64) this.#marks.push({ sent: this.#sent, at: now });
  }

  /** Notes bytes that the other end reported as consumed at time `now` (ms). */
  credited(bytes: number, now: number): void {
    this.#credited += bytes;
    for (let mark = this.#marks[0]; mark !== undefined && mark.sent <= this.#credited; mark = this.#marks[0]) {
      this.#marks.shift();
      this.#shortestTrip = Math.min(this.#shortestTrip * 1.02, Math.max(0.1, now - mark.at));
    }
    const before = this.#lastCredit;
    this.#lastCredit = { sent: this.#credited, at: now };
    if (before === undefined || now <= before.at) return;
    const rate = (this.#credited - before.sent) / (now - before.at);
    // The best rate fades, so that a connection that became slow is noticed.
    this.#bestRate = Math.max(rate, this.#bestRate * 0.9);
  }
}
