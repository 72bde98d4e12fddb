import type { ByteReader } from './byteReader.ts';
import type { ByteWriter } from './byteWriter.ts';
import type { Frame } from './frame.ts';

/** How one kind of frame is written after its tag byte, and read back. */
export interface FrameCodec<F extends Frame> {
  /** First byte of the frame; never reused for another kind. */
  readonly tag: number;
  write(out: ByteWriter, frame: F): void;
  /** Throws `MalformedBytes`. */
  take(input: ByteReader): F;
}

/** The codecs of some kinds of frames, by kind. */
export type FrameCodecs<F extends Frame> = { readonly [K in F['kind']]: FrameCodec<Extract<F, { kind: K }>> };
