import { readSync } from 'node:fs';
import { readBlockBytes } from './readFile.ts';

/**
 * Gives a file from front to back such that at each place some bytes ahead of it are there. What was passed is dropped
 * when more is read, so memory is bounded however long the file is.
 */
export class ReadAhead {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #descriptor: number;
  readonly #size: number;
  readonly #window: number;
  #start = 0;
  #end = 0;
  #offset = 0;

  /** Reads the first `size` bytes of an open file; at least `window` bytes ahead. */
  constructor(descriptor: number, size: number, window: number) {
    this.bytes = new Uint8Array(Math.min(size, readBlockBytes + window));
    this.#descriptor = descriptor;
    this.#size = size;
    this.#window = window;
  }

  /** Where in `bytes` the next byte of the file is. */
  get start(): number {
    return this.#start;
  }

  /** Where in `bytes` that what was read ends. */
  get end(): number {
    return this.#end;
  }

  /** Whether all of the file was passed. */
  get isOver(): boolean {
    return this.#start === this.#end && this.#offset === this.#size;
  }

  /** Whether more has to be read before anything is passed. */
  get isLow(): boolean {
    return this.#end - this.#start < this.#window && this.#offset < this.#size;
  }

  /** Reads as much as there is room for; gives what was read, which is empty when the file ends too early. */
  read(): Uint8Array {
    this.bytes.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    const room = Math.min(this.bytes.length - this.#end, this.#size - this.#offset);
    const count = readSync(this.#descriptor, this.bytes, this.#end, room, this.#offset);
    this.#end += count;
    this.#offset += count;
    return this.bytes.subarray(this.#end - count, this.#end);
  }

  pass(count: number): void {
    this.#start += count;
  }
}
