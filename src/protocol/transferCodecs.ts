import { takeOneOf, writeOneOf } from './fields.ts';
import { type BatchFrame, nackReasons, type Pack, packEncodings, type TransferFrame } from './frame.ts';
import type { FrameCodecs } from './frameCodec.ts';
import { maxChunkBytes, maxFileBytes, maxFrameBytes, maxTextBytes } from './limits.ts';

const anyInteger = Number.MAX_SAFE_INTEGER;

/** Codecs of the frames that carry long files, mark batches and pack other frames. */
export const transferCodecs: FrameCodecs<TransferFrame | BatchFrame | Pack> = {
  begin: {
    tag: 40,
    write(out, frame) {
      out.integer(frame.transfer);
      out.integer(frame.size);
    },
    take: (input) => ({ kind: 'begin', transfer: input.integer(anyInteger), size: input.integer(maxFileBytes) }),
  },
  chunk: {
    tag: 41,
    write(out, frame) {
      out.integer(frame.transfer);
      out.block(frame.data);
    },
    take: (input) => ({ kind: 'chunk', transfer: input.integer(anyInteger), data: input.block(maxChunkBytes) }),
  },
  discard: {
    tag: 42,
    write: (out, frame) => out.integer(frame.transfer),
    take: (input) => ({ kind: 'discard', transfer: input.integer(anyInteger) }),
  },
  halt: {
    tag: 43,
    write(out, frame) {
      out.integer(frame.transfer);
      writeOneOf(out, nackReasons, frame.reason);
      out.text(frame.message);
    },
    take: (input) => ({
      kind: 'halt',
      transfer: input.integer(anyInteger),
      reason: takeOneOf(input, nackReasons),
      message: input.text(maxTextBytes),
    }),
  },
  batchBegin: { tag: 50, write() {}, take: () => ({ kind: 'batchBegin' }) },
  batchEnd: { tag: 51, write() {}, take: () => ({ kind: 'batchEnd' }) },
  pack: {
    tag: 60,
    write(out, frame) {
      writeOneOf(out, packEncodings, frame.encoding);
      out.integer(frame.size);
      out.raw(frame.bytes);
    },
    take: (input) => ({
      kind: 'pack',
      encoding: takeOneOf(input, packEncodings),
      size: input.integer(maxFrameBytes),
      bytes: input.rest(),
    }),
  },
};
