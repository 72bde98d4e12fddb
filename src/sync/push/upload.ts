import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type ContentHash, contentHash } from '../../protocol/contentHash.ts';
import type { Chunk, Copy } from '../../protocol/frame.ts';
import type { ChunkList } from '../core/chunkList.ts';
import { ChunkWalk } from '../core/chunkWalk.ts';
import { ReadAhead } from '../replica/readAhead.ts';
import { UploadWriter } from './uploadWriter.ts';

/** What is uploaded, and how. */
export interface UploadParts {
  /** The open file, of which the first `size` bytes travel. */
  readonly descriptor: number;
  readonly size: number;
  /** Number of the transfer. */
  readonly transfer: number;
  /** Chunks of the version that ranges may be copied from. */
  readonly base: ChunkList | undefined;
  /** Bytes from the beginning that the other side kept of an earlier try. */
  readonly kept: number;
  readonly send: (frame: Chunk | Copy) => void;
  /** Lets what was sent leave now. */
  readonly flush: () => void;
  readonly isHalted: () => boolean;
}

/** What a file that was read to its end turned out to hold. */
export interface Uploaded {
  readonly hash: ContentHash;
  readonly chunks: ChunkList;
}

/**
 * Tells the content of a file from front to back: what the base has as ranges to copy, the rest as bytes. Pauses after
 * each part. Gives `undefined` when the file ended early or the other side halted. Throws the disk's error.
 */
export function* upload(parts: UploadParts): Generator<undefined, Uploaded | undefined> {
  const { descriptor, size, base } = parts;
  const walk = new ChunkWalk(size, base, crc32);
  const file = new ReadAhead(descriptor, size, walk.window);
  const writer = new UploadWriter(parts.transfer, file.bytes, parts.send);
  const digest = createHash('sha256');
  let offset = 0;
  while (!file.isOver) {
    if (parts.isHalted()) return undefined;
    if (file.isLow) {
      writer.flush();
      // The other end works on what was found so far while the next block is read.
      parts.flush();
      yield;
      const read = file.read();
      if (read.length === 0) return undefined;
      digest.update(read);
    }
    const { length, from } = walk.next(file.bytes, file.start, file.end);
    const full =
      offset + length <= parts.kept
        ? writer.copy('kept', offset, length)
        : from !== undefined
          ? writer.copy('source', from, length)
          : writer.add(file.start, length);
    file.pass(length);
    offset += length;
    if (full) yield;
  }
  writer.flush();
  return { hash: contentHash(digest.digest('hex')), chunks: walk.finish() };
}
