import type { ByteReader } from './byteReader.ts';
import type { ByteWriter } from './byteWriter.ts';
import { takeContent, writeContent } from './contentCodec.ts';
import {
  takeBase,
  takeExecutable,
  takeFlag,
  takeHash,
  takeInnerPath,
  takeLinkTarget,
  takeState,
  writeBase,
  writeExecutable,
  writeFlag,
  writeHash,
  writePath,
} from './fields.ts';
import type { Base, OperationFrame } from './frame.ts';
import type { FrameCodecs } from './frameCodec.ts';
import { maxFileBytes } from './limits.ts';
import type { SyncPath } from '../base/paths.ts';

const anyInteger = Number.MAX_SAFE_INTEGER;

/** Codecs of the frames that change one path. */
export const operationCodecs: FrameCodecs<OperationFrame> = {
  put: {
    tag: 20,
    write(out, frame) {
      writeHead(out, frame);
      writeHash(out, frame.hash);
      writeExecutable(out, frame.executable);
      writeContent(out, frame.content);
    },
    take: (input) => ({
      kind: 'put',
      ...takeHead(input),
      hash: takeHash(input),
      executable: takeExecutable(input),
      content: takeContent(input),
    }),
  },
  commit: {
    tag: 21,
    write(out, frame) {
      writeHead(out, frame);
      out.integer(frame.transfer);
      writeHash(out, frame.hash);
      out.integer(frame.size);
      writeExecutable(out, frame.executable);
    },
    take: (input) => ({
      kind: 'commit',
      ...takeHead(input),
      transfer: input.integer(anyInteger),
      hash: takeHash(input),
      size: input.integer(maxFileBytes),
      executable: takeExecutable(input),
    }),
  },
  makeFolder: {
    tag: 22,
    write: (out, frame) => writeHead(out, frame),
    take: (input) => ({ kind: 'makeFolder', ...takeHead(input) }),
  },
  makeLink: {
    tag: 23,
    write(out, frame) {
      writeHead(out, frame);
      out.text(frame.target);
    },
    take: (input) => ({ kind: 'makeLink', ...takeHead(input), target: takeLinkTarget(input) }),
  },
  setExecutable: {
    tag: 24,
    write(out, frame) {
      writeHead(out, frame);
      writeExecutable(out, frame.executable);
    },
    take: (input) => ({ kind: 'setExecutable', ...takeHead(input), executable: takeExecutable(input) }),
  },
  delete: {
    tag: 25,
    write: (out, frame) => writeHead(out, frame),
    take: (input) => ({ kind: 'delete', ...takeHead(input) }),
  },
  move: {
    tag: 26,
    write(out, frame) {
      writeHead(out, frame);
      writePath(out, frame.from);
      writeBase(out, frame.fromState);
      writeFlag(out, frame.exchange);
    },
    take: (input) => ({
      kind: 'move',
      ...takeHead(input),
      from: takeInnerPath(input),
      fromState: takeState(input),
      exchange: takeFlag(input),
    }),
  },
  moveTree: {
    tag: 28,
    write(out, frame) {
      writeHead(out, frame);
      writePath(out, frame.from);
      writeHash(out, frame.digest);
    },
    take: (input) => ({
      kind: 'moveTree',
      ...takeHead(input),
      from: takeInnerPath(input),
      digest: takeHash(input),
    }),
  },
  forget: {
    tag: 27,
    write: (out, frame) => writeHead(out, frame),
    take: (input) => ({ kind: 'forget', ...takeHead(input) }),
  },
};

interface Head {
  readonly sequence: number;
  readonly batched: boolean;
  readonly path: SyncPath;
  readonly base: Base;
}

function writeHead(out: ByteWriter, head: Head): void {
  out.integer(head.sequence);
  writeFlag(out, head.batched);
  writePath(out, head.path);
  writeBase(out, head.base);
}

function takeHead(input: ByteReader): Head {
  return {
    sequence: input.integer(anyInteger),
    batched: takeFlag(input),
    path: takeInnerPath(input),
    base: takeBase(input),
  };
}
