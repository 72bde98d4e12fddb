import { type ContentHash, hashBytes, hashFromBytes, hashToBytes } from '../../protocol/contentHash.ts';
import { grown, grownSize } from './pathTable.ts';

/** Hashes by the numbers of a `PathTable`. */
export class HashColumn {
  #bytes = new Uint8Array(0);

  get(number: number): ContentHash {
    return hashFromBytes(this.#bytes.subarray(number * hashBytes, (number + 1) * hashBytes));
  }

  /** The first four bytes as a number. */
  start(number: number): number {
    let start = 0;
    for (let at = number * hashBytes; at < number * hashBytes + 4; at++) start = (start << 8) | (this.#bytes[at] ?? 0);
    return start >>> 0;
  }

  set(number: number, hash: ContentHash): void {
    const needed = (number + 1) * hashBytes;
    if (needed > this.#bytes.length)
      this.#bytes = grown(this.#bytes, new Uint8Array(grownSize(number + 1) * hashBytes));
    this.#bytes.set(hashToBytes(hash), number * hashBytes);
  }
}
