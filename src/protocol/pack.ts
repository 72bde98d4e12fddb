import { ByteReader, MalformedBytes } from './byteReader.ts';
import { ByteWriter } from './byteWriter.ts';
import type { FrameRefusal } from './codec.ts';
import { maxFrameBytes, maxListItems } from './limits.ts';

/** Puts sealed frames behind one another, each with its length, as the content of a `pack`. */
export function joinFrames(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(frames.reduce((sum, frame) => sum + frame.length + 4, 0));
  for (const frame of frames) out.block(frame);
  return out.finish();
}

/** The sealed frames in the content of a `pack`, as views. */
export function splitFrames(bytes: Uint8Array): readonly Uint8Array[] | FrameRefusal {
  const input = new ByteReader(bytes);
  const frames: Uint8Array[] = [];
  try {
    while (input.remaining > 0) {
      if (frames.length >= maxListItems) return { kind: 'refusal', reason: 'packs too many frames' };
      frames.push(input.block(maxFrameBytes));
    }
  } catch (error) {
    if (error instanceof MalformedBytes) return { kind: 'refusal', reason: error.message };
    throw error;
  }
  return frames;
}
