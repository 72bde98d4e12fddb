import { ByteReader, MalformedBytes } from './byteReader.ts';
import { ByteWriter } from './byteWriter.ts';
import { contentCapacity } from './contentCodec.ts';
import type { Frame } from './frame.ts';
import type { FrameCodec, FrameCodecs } from './frameCodec.ts';
import { maxFrameBytes } from './limits.ts';
import { operationCodecs } from './operationCodecs.ts';
import { resumeCodecs } from './resumeCodecs.ts';
import { returnCodecs } from './returnCodecs.ts';
import { sessionCodecs } from './sessionCodecs.ts';
import { transferCodecs } from './transferCodecs.ts';

/** Checksum of bytes as an unsigned 32-bit number; both ends use CRC-32 (`node:zlib`). */
export type Checksum = (bytes: Uint8Array) => number;

/** Why received bytes are not a frame. Whoever gets one ends the connection without having touched anything. */
export interface FrameRefusal {
  readonly kind: 'refusal';
  /** Continues a sentence that begins with "The frame". */
  readonly reason: string;
}

/**
 * Frame as it travels: tag byte, fields, then the checksum of both in four bytes. The checksum finds damage that a
 * broken proxy or a bug would cause; content has its own hash besides.
 */
export function encodeFrame(frame: Frame, checksum: Checksum): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(capacityFor(frame));
  const codec = codecOf(frame.kind);
  out.byte(codec.tag);
  codec.write(out, frame);
  out.uint32(checksum(out.finish()));
  return out.finish();
}

/** Reads one sealed frame from bytes that may hold anything. Byte fields of the result are views of `bytes`. */
export function decodeFrame(bytes: Uint8Array, checksum: Checksum): Frame | FrameRefusal {
  if (bytes.length > maxFrameBytes) return refusal(`is longer than ${maxFrameBytes} bytes`);
  if (bytes.length < 5) return refusal('is too short');
  const body = bytes.subarray(0, bytes.length - 4);
  const input = new ByteReader(body);
  try {
    if (new ByteReader(bytes.subarray(bytes.length - 4)).uint32() !== checksum(body)) {
      return refusal('does not match its checksum');
    }
    const tag = input.byte();
    const codec = byTag.get(tag);
    if (codec === undefined) return refusal(`has unknown kind ${tag}`);
    const frame = codec.take(input);
    input.end();
    return frame;
  } catch (error) {
    if (error instanceof MalformedBytes) return refusal(error.message);
    throw error;
  }
}

const codecs: FrameCodecs<Frame> = {
  ...sessionCodecs,
  ...operationCodecs,
  ...transferCodecs,
  ...resumeCodecs,
  ...returnCodecs,
};
const byTag = new Map(Object.values(codecs).map((codec) => [codec.tag, codec]));

/** Room for most frames of a kind, so that content is not copied a second time. */
function capacityFor(frame: Frame): number {
  if (frame.kind === 'put') return contentCapacity(frame.content) + 512;
  if (frame.kind === 'chunk') return frame.data.length + 64;
  return frame.kind === 'pack' ? frame.bytes.length + 64 : 256;
}

function codecOf(kind: Frame['kind']): FrameCodec<Frame> {
  return codecs[kind];
}

function refusal(reason: string): FrameRefusal {
  return { kind: 'refusal', reason };
}
