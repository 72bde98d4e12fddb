import type { PlainUserError } from './workerMessages.ts';

/** Flushes that wait until everything has arrived, and those that wait for the other side to confirm it. */
export class Flushes {
  readonly #waiting = new Set<number>();
  readonly #sent = new Set<number>();
  readonly #onOver: (id: number, error: PlainUserError | undefined) => void;

  constructor(onOver: (id: number, error: PlainUserError | undefined) => void) {
    this.#onOver = onOver;
  }

  /** Everything that a flush is about is known now; it waits until that has arrived. */
  add(id: number): void {
    this.#waiting.add(id);
  }

  /** Everything has arrived: `send` asks for confirmation and answers whether it could. */
  settle(send: (id: number) => boolean): void {
    for (const id of [...this.#waiting]) {
      if (!send(id)) return;
      this.#waiting.delete(id);
      this.#sent.add(id);
    }
  }

  confirmed(id: number): void {
    if (this.#sent.delete(id)) this.#onOver(id, undefined);
  }

  /** The connection is gone: what was not confirmed is asked again. */
  disconnected(): void {
    for (const id of this.#sent) this.#waiting.add(id);
    this.#sent.clear();
  }

  /** Nothing that waits can succeed. */
  fail(error: PlainUserError): void {
    for (const id of [...this.#waiting, ...this.#sent]) this.#onOver(id, error);
    this.#waiting.clear();
    this.#sent.clear();
  }
}
