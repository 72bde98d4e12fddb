import { shortestChunk } from './chunkCut.ts';

/** Checksum of bytes, continued from that of the bytes before them; both ends use CRC-32 (`node:zlib`). */
export type RunningChecksum = (bytes: Uint8Array, before?: number) => number;

/** The chunks of one version of a file, in order. */
export class ChunkList {
  /** Average length that the chunks were cut for, in bytes. */
  readonly average: number;
  /** Checksum and length of each chunk, one after the other. */
  readonly numbers: Uint32Array;
  #places: Int32Array | undefined;
  #starts: Float64Array | undefined;

  constructor(average: number, numbers: Uint32Array) {
    this.average = average;
    this.numbers = numbers;
  }

  get count(): number {
    return this.numbers.length / 2;
  }

  /** Bytes of the whole file. */
  get size(): number {
    return this.startOf(this.count);
  }

  checksumOf(chunk: number): number {
    return this.numbers[2 * chunk] ?? 0;
  }

  lengthOf(chunk: number): number {
    return this.numbers[2 * chunk + 1] ?? 0;
  }

  /** Bytes before a chunk. */
  startOf(chunk: number): number {
    this.#starts ??= this.#sumUp();
    return this.#starts[chunk] ?? 0;
  }

  /** A chunk that has this checksum and length. */
  find(checksum: number, length: number): number | undefined {
    this.#places ??= this.#index();
    const places = this.#places;
    for (let at = placeOf(checksum, places.length); ; at = (at + 1) % places.length) {
      const chunk = (places[at] ?? 0) - 1;
      if (chunk < 0) return undefined;
      if (this.checksumOf(chunk) === checksum && this.lengthOf(chunk) === length) return chunk;
    }
  }

  #sumUp(): Float64Array {
    const starts = new Float64Array(this.count + 1);
    for (let chunk = 0; chunk < this.count; chunk++) starts[chunk + 1] = (starts[chunk] ?? 0) + this.lengthOf(chunk);
    return starts;
  }

  /** Chunks plus one by their checksum, in the first free place from there; zero is a free place. */
  #index(): Int32Array {
    const places = new Int32Array(2 ** Math.ceil(Math.log2(2 * this.count + 2)));
    for (let chunk = 0; chunk < this.count; chunk++) {
      let at = placeOf(this.checksumOf(chunk), places.length);
      while ((places[at] ?? 0) !== 0 && !this.#isSame((places[at] ?? 0) - 1, chunk)) at = (at + 1) % places.length;
      places[at] = chunk + 1;
    }
    return places;
  }

  #isSame(a: number, b: number): boolean {
    return this.checksumOf(a) === this.checksumOf(b) && this.lengthOf(a) === this.lengthOf(b);
  }
}

/** Collects the chunks of a file that is read from front to back. */
export class ChunkListBuilder {
  readonly #average: number;
  readonly #checksum: RunningChecksum;
  #numbers = new Uint32Array(256);
  #count = 0;

  constructor(average: number, checksum: RunningChecksum) {
    this.#average = average;
    this.#checksum = checksum;
  }

  /** Adds the next chunk. One that is too short, because the file once ended there, takes it in. */
  add(bytes: Uint8Array, checksum: number): void {
    const last = 2 * this.#count - 2;
    const length = this.#numbers[last + 1] ?? 0;
    if (this.#count > 0 && length < shortestChunk(this.#average)) {
      this.#numbers[last] = this.#checksum(bytes, this.#numbers[last] ?? 0);
      this.#numbers[last + 1] = length + bytes.length;
      return;
    }
    if (last + 2 === this.#numbers.length) {
      const grown = new Uint32Array(2 * this.#numbers.length);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[last + 2] = checksum;
    this.#numbers[last + 3] = bytes.length;
    this.#count++;
  }

  finish(): ChunkList {
    return new ChunkList(this.#average, this.#numbers.slice(0, 2 * this.#count));
  }
}

/** `places` is a power of two; checksums are spread evenly. */
function placeOf(checksum: number, places: number): number {
  return checksum & (places - 1);
}
