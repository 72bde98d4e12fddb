import { createHash } from 'node:crypto';
import { closeSync, fstatSync, ftruncateSync, readSync } from 'node:fs';
import { type ContentHash, contentHash } from '../../protocol/contentHash.ts';
import type { CopyRange } from '../../protocol/frame.ts';
import { readBlockBytes } from './readFile.ts';
import { discard, type Stage, writeFully } from './stage.ts';

/** What was announced cannot be made of what is there. */
export class WrongContent extends Error {
  override readonly name = 'WrongContent';
}

/** A long file that is being made in the stage, from front to back. Every method may throw the disk's error. */
export class StagedFile {
  readonly file: string;
  readonly #descriptor: number;
  readonly #digest = createHash('sha256');
  /** Most bytes that it may have. */
  readonly #size: number;
  /** The open file that ranges are copied from. */
  readonly #source: number | undefined;
  #filled = 0;
  /** Up to here something was written. */
  #written = 0;

  /** Takes over `source`. */
  constructor(stage: Stage, size: number, source: number | undefined) {
    ({ file: this.file, descriptor: this.#descriptor } = stage.create());
    this.#size = size;
    this.#source = source;
  }

  append(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > this.#size) throw new WrongContent('More content came than was announced.');
    this.#digest.update(bytes);
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
    if (this.#source === undefined) throw new WrongContent('There is no file to copy from.');
    for (const { offset, length } of ranges) {
      for (let done = 0; done < length;) {
        const count = readSync(this.#source, block, 0, Math.min(block.length, length - done), offset + done);
        if (count === 0) throw new WrongContent('The file to copy from is shorter than expected.');
        this.append(block.subarray(0, count));
        done += count;
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
      if (this.#written < this.#filled) ftruncateSync(this.#descriptor, this.#filled);
    } finally {
      this.#close();
    }
    return { hash: contentHash(this.#digest.digest('hex')), size: this.#filled };
  }

  /** Removes it. */
  drop(): void {
    this.#close();
    discard(this.file);
  }

  #write(bytes: Uint8Array, ahead: number): void {
    if (bytes.length === 0) return;
    writeFully(this.#descriptor, bytes, this.#filled + ahead);
    this.#written = this.#filled + ahead + bytes.length;
  }

  #close(): void {
    closeSync(this.#descriptor);
    if (this.#source !== undefined) closeSync(this.#source);
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
