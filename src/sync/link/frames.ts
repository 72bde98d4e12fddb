import { brotliCompressSync, brotliDecompressSync, constants, crc32 } from 'node:zlib';
import { decodeFrame, encodeFrame, type FrameRefusal } from '../../protocol/codec.ts';
import type { Frame, Pack } from '../../protocol/frame.ts';
import { joinFrames, splitFrames } from '../../protocol/pack.ts';

/** Bytes of one sealed frame. */
export function seal(frame: Frame): Uint8Array<ArrayBuffer> {
  return encodeFrame(frame, crc32);
}

/** The frames in one received message: one, or those of a pack. Nothing is handed over when any part is malformed. */
export function unseal(message: Uint8Array): readonly Exclude<Frame, Pack>[] | FrameRefusal {
  const frame = decodeFrame(message, crc32);
  if (frame.kind === 'refusal') return frame;
  return frame.kind === 'pack' ? unpack(frame) : [frame];
}

/** Seals several frames into one message, compressed where that pays. */
export function sealTogether(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = joinFrames(frames);
  const compressed = compressIfShorter(joined);
  return compressed === undefined
    ? seal({ kind: 'pack', encoding: 'raw', size: joined.length, bytes: joined })
    : seal({ kind: 'pack', encoding: 'brotli', size: joined.length, bytes: compressed });
}

/** Shorter than this, compression costs more time than it saves, in bytes. */
const worthCompressing = 1200;
/** How much is tried first, in bytes. */
const sampleBytes = 16 * 1024;

function compressIfShorter(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < worthCompressing) return undefined;
  if (bytes.length > 2 * sampleBytes && !shrinks(bytes.subarray(0, sampleBytes))) return undefined;
  const compressed = compress(bytes);
  return compressed.length < bytes.length * 0.9 ? compressed : undefined;
}

function shrinks(sample: Uint8Array): boolean {
  return compress(sample).length < sample.length * 0.9;
}

function compress(bytes: Uint8Array): Uint8Array {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 1,
    [constants.BROTLI_PARAM_LGWIN]: 18,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return brotliCompressSync(bytes, { params });
}

function unpack(pack: Pack): readonly Exclude<Frame, Pack>[] | FrameRefusal {
  const content = decompress(pack);
  if (!(content instanceof Uint8Array)) return content;
  const parts = splitFrames(content);
  if ('kind' in parts) return parts;
  const frames: Exclude<Frame, Pack>[] = [];
  for (const part of parts) {
    const frame = decodeFrame(part, crc32);
    if (frame.kind === 'refusal') return frame;
    if (frame.kind === 'pack') return { kind: 'refusal', reason: 'is a pack inside a pack' };
    frames.push(frame);
  }
  return frames;
}

function decompress(pack: Pack): Uint8Array | FrameRefusal {
  if (pack.encoding === 'raw') {
    return pack.bytes.length === pack.size ? pack.bytes : { kind: 'refusal', reason: 'has a pack of another size' };
  }
  try {
    const content = brotliDecompressSync(pack.bytes, { maxOutputLength: Math.max(1, pack.size) });
    return content.length === pack.size ? content : { kind: 'refusal', reason: 'has a pack of another size' };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'refusal', reason: `has a pack that cannot be decompressed: ${why}` };
  }
}
