const smallest = 256 * 1024;
const largest = 8 * 1024 * 1024;
/** More moments than this are not kept at a time; the others say nothing new. */
const maxMarks = 256;

/** A moment of sending. */
interface Mark {
  /** Bytes sent up to and including then. */
  readonly sent: number;
  /** Bytes that had been consumed by then. */
  readonly credited: number;
  readonly at: number;
}

/**
 * How many bytes of bulk content may be under way: about twice what the connection holds (bandwidth times shortest
 * round trip), so that it stays busy while a small change never queues behind more than that.
 */
export class BulkWindow {
  #sent = 0;
  #credited = 0;
  #marks: Mark[] = [];
  #shortestTrip = Infinity;
  #rate = 0;

  /** Bytes that are sent and not yet consumed by the other end. */
  get underWay(): number {
    return this.#sent - this.#credited;
  }

  /** Bytes that may be under way. */
  get limit(): number {
    if (this.#rate === 0) return 2 * smallest;
    return Math.min(largest, Math.max(smallest, 2 * this.#rate * this.#shortestTrip));
  }

  /** Notes bytes that were sent at time `now` (ms). */
  sent(bytes: number, now: number): void {
    this.#sent += bytes;
    if (this.#marks.length < maxMarks) this.#marks.push({ sent: this.#sent, credited: this.#credited, at: now });
  }

  /** Notes bytes that the other end reported as consumed at time `now` (ms). */
  credited(bytes: number, now: number): void {
    this.#credited += bytes;
    for (let mark = this.#marks[0]; mark !== undefined && mark.sent <= this.#credited; mark = this.#marks[0]) {
      this.#marks.shift();
      const trip = Math.max(0.1, now - mark.at);
      this.#shortestTrip = Math.min(this.#shortestTrip, trip);
      // What arrived while these bytes were under way; the best rate fades, so that a line that became slow is noticed.
      this.#rate = Math.max((this.#credited - mark.credited) / trip, this.#rate * 0.95);
    }
  }
}
