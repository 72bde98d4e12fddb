import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { ContentHash } from '../../protocol/contentHash.ts';
import { isAverage } from '../core/chunkCut.ts';
import { ChunkList } from '../core/chunkList.ts';

/** Bytes of lists that are kept on disk unless told otherwise, and of those used last in memory. */
const storedBytes = 64 * 1024 * 1024;
const maxMemoryBytes = 4 * 1024 * 1024;
/** A list longer than this is not worth keeping; it stands for tens of gigabytes. */
const maxListBytes = 8 * 1024 * 1024;

const magic = Buffer.from('podloop chunks 1\n');
const headBytes = magic.length + 4;
const checksumBytes = 4;

/**
 * Remembers the chunks of long files by the hash of the file, each in a file of its own, so that they outlive the
 * process. What cannot be read or written is as good as never remembered.
 */
export class ChunkStore {
  readonly #folder: string;
  readonly #maxStoredBytes: number;
  /** Bytes of each stored list, least recently used first. */
  readonly #stored = new Map<string, number>();
  readonly #memory = new Map<string, ChunkList>();
  #storedBytes = 0;
  #memoryBytes = 0;

  /** Throws the disk's error when the folder cannot be made. */
  constructor(folder: string, maxStoredBytes = storedBytes) {
    this.#folder = folder;
    this.#maxStoredBytes = maxStoredBytes;
    mkdirSync(folder, { recursive: true });
    const found = readdirSync(folder).map((name) => ({ name, stats: statSync(path.join(folder, name)) }));
    for (const { name, stats } of found.sort((a, b) => a.stats.mtimeMs - b.stats.mtimeMs)) {
      if (/^[0-9a-f]{64}$/.test(name)) this.#noteStored(name, stats.size);
      else rmSync(path.join(folder, name), { force: true });
    }
  }

  /** The chunks of the file that has this hash and size. */
  get(hash: ContentHash, size: number): ChunkList | undefined {
    const list = this.#memory.get(hash) ?? this.#read(hash);
    if (list?.size !== size) return undefined;
    this.#noteMemory(hash, list);
    return list;
  }

  set(hash: ContentHash, list: ChunkList): void {
    if (list.numbers.byteLength > maxListBytes) return;
    this.#noteMemory(hash, list);
    if (this.#stored.has(hash)) return;
    const bytes = encode(list);
    const fresh = this.#file('new');
    try {
      writeFileSync(fresh, bytes);
      renameSync(fresh, this.#file(hash));
      this.#noteStored(hash, bytes.length);
    } catch (error) {
      // Most likely the disk is full. The list is still in memory.
      if (!(error instanceof Error)) throw error;
      rmSync(fresh, { force: true });
    }
  }

  #read(hash: string): ChunkList | undefined {
    if (!this.#stored.has(hash)) return undefined;
    try {
      const list = decode(readFileSync(this.#file(hash)));
      if (list !== undefined) return list;
      rmSync(this.#file(hash), { force: true });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
    this.#storedBytes -= this.#stored.get(hash) ?? 0;
    this.#stored.delete(hash);
    return undefined;
  }

  #noteStored(hash: string, bytes: number): void {
    this.#stored.set(hash, bytes);
    this.#storedBytes += bytes;
    for (const [oldest, size] of this.#stored) {
      if (this.#storedBytes <= this.#maxStoredBytes) break;
      rmSync(this.#file(oldest), { force: true });
      this.#stored.delete(oldest);
      this.#storedBytes -= size;
    }
  }

  /** The one used last stays in any case. */
  #noteMemory(hash: string, list: ChunkList): void {
    if (!this.#memory.delete(hash)) this.#memoryBytes += list.numbers.byteLength;
    this.#memory.set(hash, list);
    for (const [oldest, { numbers }] of this.#memory) {
      if (this.#memoryBytes <= maxMemoryBytes || oldest === hash) break;
      this.#memory.delete(oldest);
      this.#memoryBytes -= numbers.byteLength;
    }
  }

  #file(name: string): string {
    return path.join(this.#folder, name);
  }
}

function encode({ average, numbers }: ChunkList): Buffer {
  const bytes = Buffer.alloc(headBytes + numbers.byteLength + checksumBytes);
  magic.copy(bytes);
  bytes.writeUInt32LE(average, magic.length);
  bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), headBytes);
  const end = bytes.length - checksumBytes;
  bytes.writeUInt32LE(crc32(bytes.subarray(0, end)), end);
  return bytes;
}

function decode(bytes: Buffer): ChunkList | undefined {
  const end = bytes.length - checksumBytes;
  if (end < headBytes || (end - headBytes) % 8 !== 0 || !bytes.subarray(0, magic.length).equals(magic))
    return undefined;
  if (bytes.readUInt32LE(end) !== crc32(bytes.subarray(0, end))) return undefined;
  const average = bytes.readUInt32LE(magic.length);
  if (!isAverage(average)) return undefined;
  const numbers = new Uint32Array((end - headBytes) / 4);
  new Uint8Array(numbers.buffer).set(bytes.subarray(headBytes, end));
  return new ChunkList(average, numbers);
}
