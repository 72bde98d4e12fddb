import type { ByteReader } from './byteReader.ts';
import {
  takeInnerPath,
  takeKey,
  takeOneOf,
  takeOptional,
  writeKey,
  writeOneOf,
  writeOptional,
  writePath,
} from './fields.ts';
import {
  type BatchFrame,
  copyOrigins,
  type CopyRange,
  nackReasons,
  type Pack,
  packEncodings,
  type TransferFrame,
} from './frame.ts';
import type { FrameCodecs } from './frameCodec.ts';
import { maxChunkBytes, maxCopyBytes, maxCopyRanges, maxFileBytes, maxFrameBytes, maxTextBytes } from './limits.ts';

const anyInteger = Number.MAX_SAFE_INTEGER;

/** Codecs of the frames that carry long files, mark batches and pack other frames. */
export const transferCodecs: FrameCodecs<TransferFrame | BatchFrame | Pack> = {
  begin: {
    tag: 40,
    write(out, frame) {
      out.integer(frame.transfer);
      out.integer(frame.size);
      out.integer(frame.allocated);
      writeOptional(out, frame.source, ({ path, size }) => {
        writePath(out, path);
        out.integer(size);
      });
      writeOptional(out, frame.key, (key) => writeKey(out, key));
    },
    take: (input) => ({
      kind: 'begin',
      transfer: input.integer(anyInteger),
      size: input.integer(maxFileBytes),
      allocated: input.integer(maxFileBytes),
      source: takeOptional(input, () => ({ path: takeInnerPath(input), size: input.integer(maxFileBytes) })),
      key: takeOptional(input, () => takeKey(input)),
    }),
  },
  chunk: {
    tag: 41,
    write(out, frame) {
      out.integer(frame.transfer);
      out.block(frame.data);
    },
    take: (input) => ({ kind: 'chunk', transfer: input.integer(anyInteger), data: input.block(maxChunkBytes) }),
  },
  copy: {
    tag: 44,
    write(out, frame) {
      out.integer(frame.transfer);
      writeOneOf(out, copyOrigins, frame.from);
      out.integer(frame.ranges.length);
      for (const { offset, length } of frame.ranges) {
        out.integer(offset);
        out.integer(length);
      }
    },
    take: (input) => ({
      kind: 'copy',
      transfer: input.integer(anyInteger),
      from: takeOneOf(input, copyOrigins),
      ranges: takeRanges(input),
    }),
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

/** Reads ranges that together are no more than one frame may ask for. */
function takeRanges(input: ByteReader): CopyRange[] {
  const count = input.integer(maxCopyRanges);
  const ranges: CopyRange[] = [];
  let left = maxCopyBytes;
  for (let index = 0; index < count; index++) {
    const range = { offset: input.integer(maxFileBytes), length: input.integer(left) };
    left -= range.length;
    ranges.push(range);
  }
  return ranges;
}
