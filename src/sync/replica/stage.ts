import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import path from 'node:path';
import { errorCode } from './diskError.ts';

/** A folder for content that is not visible yet, on the file system of the tree. Emptied when it is opened. */
export class Stage {
  readonly #folder: string;
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true, force: true });
  }

  /** A path that nothing has yet. */
  fresh(): string {
    return path.join(this.#folder, (++this.#count).toString(36));
  }

  /** Writes a new file and gives its path. Throws the disk's error after removing what was written. */
  write(bytes: Uint8Array): string {
    const { file, descriptor } = this.create();
    try {
      writeFully(descriptor, bytes);
      return file;
    } catch (error) {
      discard(file);
      throw error;
    } finally {
      closeSync(descriptor);
    }
  }

  /** Drops what was staged. */
  discard(file: string): void {
    rmSync(file, { force: true });
  }

  /** Throws an `ENOSPC` error when the disk cannot take this many bytes and keep a reserve. */
  requireSpace(bytes: number): void {
    const { bavail, bsize, blocks } = statfsSync(this.#folder);
    const reserve = Math.min(reservedBytes, (blocks * bsize) / 100);
    if (bytes + reserve <= bavail * bsize) return;
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  }

  /** Opens a new file for writing; the caller closes it. */
  create(): { readonly file: string; readonly descriptor: number } {
    const file = this.fresh();
    return { file, descriptor: openSync(file, 'wx') };
  }
}

/** Left free for the program in the pod when a long file arrives, unless the disk is small. */
const reservedBytes = 64 * 1024 * 1024;

/** Writes all bytes, from a position or from where the last write ended. Throws the disk's error. */
export function writeFully(descriptor: number, bytes: Uint8Array, position?: number): void {
  for (let offset = 0; offset < bytes.length;) {
    const at = position === undefined ? null : position + offset;
    offset += writeSync(descriptor, bytes, offset, bytes.length - offset, at);
  }
}

/** Removes staged content that is not needed. What cannot be removed now is removed when the stage is opened again. */
export function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch (error) {
    if (errorCode(error) === '') throw error;
  }
}
