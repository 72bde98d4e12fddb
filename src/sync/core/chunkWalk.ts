import { averageFor, cutChunk, longestChunk } from './chunkCut.ts';
import { type ChunkList, ChunkListBuilder, type RunningChecksum } from './chunkList.ts';

/** The next stretch of a new version. */
export interface Stretch {
  /** Bytes. */
  readonly length: number;
  /** Where the earlier version has the same bytes; `undefined` when they are new. */
  readonly from: number | undefined;
}

/**
 * Compares a file that is read from front to back with the chunks of an earlier version. As long as the chunks follow
 * each other as they did, one checksum per chunk is all that is computed; the file is cut anew only where it changed,
 * until a chunk is found again. Equal checksums are believed, because the whole file is checked by its hash at the end.
 */
export class ChunkWalk {
  /** Bytes that `next` needs to be given unless the file ends before. */
  readonly window: number;
  readonly #base: ChunkList | undefined;
  readonly #average: number;
  readonly #checksum: RunningChecksum;
  readonly #builder: ChunkListBuilder;
  /** The chunk of the earlier version that comes next if nothing was inserted or removed here. */
  #expected = 0;

  /** `size`: bytes of the new version. */
  constructor(size: number, base: ChunkList | undefined, checksum: RunningChecksum) {
    this.#base = base;
    this.#checksum = checksum;
    this.#average = base?.average ?? averageFor(size);
    // A chunk that took in a short one before it may be a little longer than those that are cut.
    this.window = 2 * longestChunk(this.#average);
    this.#builder = new ChunkListBuilder(this.#average, checksum);
  }

  /** The stretch that begins at `start`; up to `end` there are at least `window` bytes or the file ends. */
  next(bytes: Uint8Array, start: number, end: number): Stretch {
    return this.#asBefore(bytes, start, end) ?? this.#anew(bytes, start, end);
  }

  /** The chunks of the new version, once it was walked through. */
  finish(): ChunkList {
    return this.#builder.finish();
  }

  #asBefore(bytes: Uint8Array, start: number, end: number): Stretch | undefined {
    const length = this.#base?.lengthOf(this.#expected) ?? 0;
    if (this.#base === undefined || length === 0 || start + length > end) return undefined;
    const chunk = bytes.subarray(start, start + length);
    const checksum = this.#base.checksumOf(this.#expected);
    if (this.#checksum(chunk) !== checksum) return undefined;
    return this.#found(this.#base, this.#expected, chunk);
  }

  #anew(bytes: Uint8Array, start: number, end: number): Stretch {
    const length = cutChunk(bytes, start, end, this.#average);
    const chunk = bytes.subarray(start, start + length);
    const checksum = this.#checksum(chunk);
    const known = this.#base?.find(checksum, length);
    if (this.#base !== undefined && known !== undefined) return this.#found(this.#base, known, chunk);
    this.#builder.add(chunk, checksum);
    // A chunk of the same length was most likely changed in place.
    if (length === this.#base?.lengthOf(this.#expected)) this.#expected++;
    return { length, from: undefined };
  }

  #found(base: ChunkList, index: number, chunk: Uint8Array): Stretch {
    this.#builder.add(chunk, base.checksumOf(index));
    this.#expected = index + 1;
    return { length: chunk.length, from: base.startOf(index) };
  }
}
