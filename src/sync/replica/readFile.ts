import { createHash, hash as hashOnce } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type ContentHash, contentHash } from '../../protocol/contentHash.ts';
import { type Fingerprint, sameFingerprint } from '../core/fingerprint.ts';
import { fingerprintOf } from './diskEntry.ts';
import { runToEnd } from './slices.ts';

/** A version of a file that was complete while it was read. */
export interface ReadFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly hash: ContentHash;
  readonly fingerprint: Fingerprint;
}

/** Bytes read at a time when a file is only hashed. */
export const readBlockBytes = 1024 * 1024;

// Windows has no such flags, whatever the type of `constants` says.
const flags: Readonly<Record<string, number | undefined>> = constants;
const readFlags = constants.O_RDONLY | (flags.O_NOFOLLOW ?? 0) | (flags.O_NONBLOCK ?? 0);

/** SHA-256 of bytes in memory. */
export function hashBytesOf(bytes: Uint8Array): ContentHash {
  return contentHash(hashOnce('sha256', bytes));
}

/** SHA-256 of a text in UTF-8. */
export function hashTextOf(text: string): ContentHash {
  return contentHash(hashOnce('sha256', text));
}

/** Opens a file for reading without following a link at its last component, and without waiting on a pipe. */
export function openForReading(absolute: string): number {
  return openSync(absolute, readFlags);
}

/** The fingerprint of an open file. Throws when it is not a regular file. */
export function fingerprintOfOpen(descriptor: number): Fingerprint {
  const stats = fstatSync(descriptor, { bigint: true });
  if (!stats.isFile()) throw new Error('Not a regular file.');
  return fingerprintOf(stats);
}

/** Bytes that an open file takes on its disk, where the disk says so: fewer than its size when it has holes. */
export function allocatedBytes(descriptor: number): number {
  const { blocks, size } = fstatSync(descriptor);
  return process.platform === 'win32' ? size : blocks * 512;
}

/** Reads a whole file; `undefined` when it changed meanwhile. Throws the disk's error. */
export function readWhole(absolute: string): ReadFile | undefined {
  const descriptor = openForReading(absolute);
  try {
    const before = fingerprintOfOpen(descriptor);
    const bytes = new Uint8Array(before.size);
    if (!fill(descriptor, bytes)) return undefined;
    if (!sameFingerprint(before, fingerprintOfOpen(descriptor))) return undefined;
    return { bytes, hash: hashBytesOf(bytes), fingerprint: before };
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reads a regular file of exactly this size; `undefined` when it is none. The bytes are not vouched for: whoever uses
 * them checks a hash. Throws the disk's error.
 */
export function readExactly(absolute: string, size: number): Uint8Array<ArrayBuffer> | undefined {
  const descriptor = openForReading(absolute);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size !== size) return undefined;
    const bytes = new Uint8Array(size);
    return fill(descriptor, bytes) ? bytes : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Hashes a file block by block, pausing after each; the result is `undefined` when it changed meanwhile. Throws the
 * disk's error.
 */
export function* hashInBlocks(absolute: string): Generator<undefined, Omit<ReadFile, 'bytes'> | undefined> {
  const descriptor = openForReading(absolute);
  try {
    const before = fingerprintOfOpen(descriptor);
    const digest = createHash('sha256');
    const block = new Uint8Array(Math.min(readBlockBytes, before.size));
    for (let offset = 0; offset < before.size;) {
      const count = readSync(descriptor, block, 0, Math.min(block.length, before.size - offset), offset);
      if (count === 0) return undefined;
      digest.update(block.subarray(0, count));
      offset += count;
      yield;
    }
    if (!sameFingerprint(before, fingerprintOfOpen(descriptor))) return undefined;
    return { hash: contentHash(digest.digest('hex')), fingerprint: before };
  } finally {
    closeSync(descriptor);
  }
}

/** Fills a buffer from the start of a file; `false` when the file ends before. */
function fill(descriptor: number, bytes: Uint8Array): boolean {
  for (let filled = 0; filled < bytes.length;) {
    const count = readSync(descriptor, bytes, filled, bytes.length - filled, filled);
    if (count === 0) return false;
    filled += count;
  }
  return true;
}

/** Reads at most `length` bytes at an offset; fewer at the end of the file. Throws the disk's error. */
export function readChunk(descriptor: number, offset: number, length: number): Uint8Array {
  const data = new Uint8Array(length);
  return data.subarray(0, readSync(descriptor, data, 0, length, offset));
}

/** Hash and size of a file that nobody else writes to. Throws the disk's error. */
export function hashFile(absolute: string): { readonly hash: ContentHash; readonly size: number } {
  const found = runToEnd(hashInBlocks(absolute));
  if (found === undefined) throw new Error(`${absolute} changed while it was read.`);
  return { hash: found.hash, size: found.fingerprint.size };
}
