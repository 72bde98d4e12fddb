import { crc32 } from 'node:zlib';
import { decodeFrame, encodeFrame, type FrameRefusal } from '../../protocol/codec.ts';
import type { Frame, Pack } from '../../protocol/frame.ts';
import { joinFrames, splitFrames } from '../../protocol/pack.ts';
import { type Compressor, decompress } from './compression.ts';

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

/** Seals several sealed frames into one message, compressed where that pays. */
export function sealTogether(
  frames: readonly Uint8Array<ArrayBuffer>[],
  compressor: Compressor,
): Uint8Array<ArrayBuffer> {
  const joined = joinFrames(frames);
  const compressed = compressor.compress(joined);
  const [only] = frames;
  if (compressed === undefined && frames.length === 1 && only !== undefined) return only;
  return seal({
    kind: 'pack',
    encoding: compressed === undefined ? 'raw' : compressor.compression,
    size: joined.length,
    bytes: compressed ?? joined,
  });
}

function unpack(pack: Pack): readonly Exclude<Frame, Pack>[] | FrameRefusal {
  const content = contentOf(pack);
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

function contentOf({ encoding, size, bytes }: Pack): Uint8Array | FrameRefusal {
  try {
    const content = encoding === 'raw' ? bytes : decompress(bytes, encoding, size);
    return content.length === size ? content : { kind: 'refusal', reason: 'has a pack of another size' };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'refusal', reason: `has a pack that cannot be decompressed: ${why}` };
  }
}
