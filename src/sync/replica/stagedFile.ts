import { createHash } from 'node:crypto';
import { closeSync, fstatSync, ftruncateSync, readSync } from 'node:fs';
import { type ContentHash, contentHash } from '../../protocol/contentHash.ts';
import type { CopyRange } from '../../protocol/frame.ts';
import { readBlockBytes } from './readFile.ts';
import { discard, writeFully } from './stage.ts';

/** What was announced cannot be made of what is there. */
export class WrongContent extends Error {
  override readonly name = 'WrongContent';
}

/** What a `StagedFile` is made of. Descriptors are taken over. */
export interface StagedFileParts {
  readonly file: string;
  /** Open for reading and writing. */
  readonly descriptor: number;
  /** Most bytes that it may have. */
  readonly size: number;
  /** The open file that ranges are copied from. */
  readonly source: number | undefined;
}

/** A long file that is being made in the stage, from front to back. Every method may throw the disk's error. */
export class StagedFile {
  readonly file: string;
  readonly #parts: StagedFileParts;
  readonly #digest = createHash('sha256');
  #filled = 0;
  /** Up to here the file has content, of this upload or of an interrupted one. */
  #written: number;

  constructor(parts: StagedFileParts) {
    this.file = parts.file;
    this.#parts = parts;
    this.#written = fstatSync(parts.descriptor).size;
  }

  /** Bytes so far. */
  get filled(): number {
    return this.#filled;
  }

  append(bytes: Uint8Array): void {
    this.#take(bytes);
    const { descriptor } = this.#parts;
    // What was kept of an interrupted upload ends where something else comes.
    if (this.#written > this.#filled) ftruncateSync(descriptor, this.#filled);
    this.#written = Math.min(this.#written, this.#filled);
    // What is not written is a hole, and reads as zeros too.
    let start = 0;
    for (let end = 0; end < bytes.length;) {
      const at = end;
      end = Math.min(bytes.length, at + holeBytes);
      if (!isZero(bytes.subarray(at, end))) continue;
      this.#write(bytes.subarray(start, at), start);
      start = end;
    }
    this.#write(bytes.subarray(start), start);
    this.#filled += bytes.length;
  }

  copy(ranges: readonly CopyRange[]): void {
    const { source } = this.#parts;
    if (source === undefined) throw new WrongContent('There is no file to copy from.');
    for (const range of ranges) for (const bytes of readRange(source, range)) this.append(bytes);
  }

  /** Goes on with what an interrupted upload left at just this place. */
  keep(ranges: readonly CopyRange[]): void {
    for (const range of ranges) {
      if (range.offset !== this.#filled || range.offset + range.length > this.#written) {
        throw new WrongContent('Nothing was kept there.');
      }
      for (const bytes of readRange(this.#parts.descriptor, range)) {
        this.#take(bytes);
        this.#filled += bytes.length;
      }
    }
  }

  appendZeros(ranges: readonly CopyRange[]): void {
    for (const { length } of ranges) {
      for (let left = length; left > 0; left -= zeros.length) this.append(zeros.subarray(0, left));
    }
  }

  /** Ends it and says what it holds. */
  finish(): { readonly hash: ContentHash; readonly size: number } {
    try {
      if (this.#written !== this.#filled) ftruncateSync(this.#parts.descriptor, this.#filled);
    } finally {
      this.close();
    }
    return { hash: contentHash(this.#digest.digest('hex')), size: this.#filled };
  }

  /** Removes it. */
  drop(): void {
    this.close();
    discard(this.file);
  }

  /** Leaves the file as it is. */
  close(): void {
    closeSync(this.#parts.descriptor);
    if (this.#parts.source !== undefined) closeSync(this.#parts.source);
  }

  #take(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > this.#parts.size) throw new WrongContent('More content came than was announced.');
    this.#digest.update(bytes);
  }

  #write(bytes: Uint8Array, ahead: number): void {
    if (bytes.length === 0) return;
    writeFully(this.#parts.descriptor, bytes, this.#filled + ahead);
    this.#written = this.#filled + ahead + bytes.length;
  }
}

function* readRange(descriptor: number, { offset, length }: CopyRange): Generator<Uint8Array> {
  for (let done = 0; done < length;) {
    const count = readSync(descriptor, block, 0, Math.min(block.length, length - done), offset + done);
    if (count === 0) throw new WrongContent('The file to copy from is shorter than expected.');
    yield block.subarray(0, count);
    done += count;
  }
}

/** Whether an open file is a regular one of this size. */
export function isFileOfSize(descriptor: number, size: number): boolean {
  const stats = fstatSync(descriptor);
  return stats.isFile() && stats.size === size;
}

/** Zeros become a hole when there are this many, in bytes. */
const holeBytes = 64 * 1024;
/** What is copied passes through here; nothing stays in it. */
const block = new Uint8Array(readBlockBytes);
const zeros = new Uint8Array(readBlockBytes);

function isZero(bytes: Uint8Array): boolean {
  return Buffer.compare(bytes, zeros.subarray(0, bytes.length)) === 0;
}
