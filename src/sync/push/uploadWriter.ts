import type { Chunk, Copy, CopyRange } from '../../protocol/frame.ts';
import { chunkBytes, maxCopyBytes, maxCopyRanges } from '../../protocol/limits.ts';

/** Shorter runs of zeros are sent like everything else, in bytes. */
const worthSkipping = 512;
const zeros = new Uint8Array(256 * 1024);

/** Gathers the parts of one upload into frames, in order. */
export class UploadWriter {
  readonly #transfer: number;
  readonly #bytes: Uint8Array;
  readonly #send: (frame: Chunk | Copy) => void;
  /** Bytes that are gathered: a stretch of `#bytes`. */
  #start = 0;
  #end = 0;
  #ranges: CopyRange[] = [];
  #copying = 0;
  #from: Copy['from'] = 'source';

  /** `bytes` is where stretches are given from. */
  constructor(transfer: number, bytes: Uint8Array, send: (frame: Chunk | Copy) => void) {
    this.#transfer = transfer;
    this.#bytes = bytes;
    this.#send = send;
  }

  /** Adds the bytes from `start` on; answers whether a frame was filled. */
  add(start: number, length: number): boolean {
    if (length >= worthSkipping && length <= zeros.length && this.#isZero(start, length)) {
      return this.#addRange('zeros', 0, length);
    }
    this.#flushRanges();
    if (this.#start === this.#end) this.#start = start;
    this.#end = start + length;
    if (this.#end - this.#start < chunkBytes) return false;
    this.#flushBytes(chunkBytes);
    return true;
  }

  /** Adds a range that the other side has; answers whether a frame was filled. */
  copy(from: 'source' | 'kept', offset: number, length: number): boolean {
    return this.#addRange(from, offset, length);
  }

  /** Sends what was gathered; needed before the bytes move. */
  flush(): void {
    this.#flushRanges();
    this.#flushBytes(1);
  }

  #addRange(from: Copy['from'], offset: number, length: number): boolean {
    this.#flushBytes(1);
    if (from !== this.#from) this.#flushRanges();
    this.#from = from;
    let full = false;
    for (let done = 0; done < length;) {
      if (this.#copying === maxCopyBytes || this.#ranges.length === maxCopyRanges) {
        this.#flushRanges();
        full = true;
      }
      const part = Math.min(length - done, maxCopyBytes - this.#copying);
      this.#append({ offset: offset + done, length: part });
      done += part;
    }
    return full;
  }

  #append(range: CopyRange): void {
    this.#copying += range.length;
    const last = this.#ranges.at(-1);
    const continues = last !== undefined && (this.#from === 'zeros' || last.offset + last.length === range.offset);
    if (continues) this.#ranges[this.#ranges.length - 1] = { ...last, length: last.length + range.length };
    else this.#ranges.push(range);
  }

  #flushRanges(): void {
    if (this.#ranges.length === 0) return;
    this.#send({ kind: 'copy', transfer: this.#transfer, from: this.#from, ranges: this.#ranges });
    this.#ranges = [];
    this.#copying = 0;
  }

  /** Sends the gathered bytes as long as there are at least `least`. */
  #flushBytes(least: number): void {
    while (this.#end - this.#start >= least) {
      const end = Math.min(this.#end, this.#start + chunkBytes);
      this.#send({ kind: 'chunk', transfer: this.#transfer, data: this.#bytes.subarray(this.#start, end) });
      this.#start = end;
    }
  }

  #isZero(start: number, length: number): boolean {
    return Buffer.compare(this.#bytes.subarray(start, start + length), zeros.subarray(0, length)) === 0;
  }
}
