import type { ByteReader } from './byteReader.ts';
import type { ByteWriter } from './byteWriter.ts';
import {
  takeFlag,
  takeHash,
  takeInnerPath,
  takeList,
  takeOneOf,
  takeOptional,
  takeState,
  writeBase,
  writeFlag,
  writeHash,
  writeList,
  writeOneOf,
  writeOptional,
  writePath,
} from './fields.ts';
import { type FetchSource, type KeptItem, keptReasons, type ReturnFrame, watchChoices } from './frame.ts';
import type { FrameCodecs } from './frameCodec.ts';
import { maxFileBytes, maxIdBytes, maxOfferedBytes, maxTextBytes } from './limits.ts';

const anyInteger = Number.MAX_SAFE_INTEGER;

/** Codecs of the frames by which content comes back from the pod. */
export const returnCodecs: FrameCodecs<ReturnFrame> = {
  rules: {
    tag: 80,
    write(out, frame) {
      writeOneOf(out, watchChoices, frame.watch);
      writeFlag(out, frame.content);
      writeList(out, frame.pull, (pattern) => out.text(pattern));
      writeList(out, frame.ignore, (pattern) => out.text(pattern));
      out.integer(frame.credit);
    },
    take: (input) => ({
      kind: 'rules',
      watch: takeOneOf(input, watchChoices),
      content: takeFlag(input),
      pull: takeList(input, () => input.text(maxTextBytes)),
      ignore: takeList(input, () => input.text(maxTextBytes)),
      credit: input.integer(anyInteger),
    }),
  },
  offer: {
    tag: 81,
    write(out, frame) {
      writePath(out, frame.path);
      writeBase(out, frame.current);
      writeOptional(out, frame.body, (body) => out.block(body));
    },
    take: (input) => ({
      kind: 'offer',
      path: takeInnerPath(input),
      current: takeState(input),
      body: takeOptional(input, () => input.block(maxOfferedBytes)),
    }),
  },
  fetch: {
    tag: 82,
    write(out, frame) {
      out.integer(frame.id);
      writeSource(out, frame.from);
    },
    take: (input) => ({ kind: 'fetch', id: input.integer(anyInteger), from: takeSource(input) }),
  },
  fetched: {
    tag: 83,
    write(out, frame) {
      out.integer(frame.id);
      writeBase(out, frame.state);
    },
    take: (input) => ({ kind: 'fetched', id: input.integer(anyInteger), state: takeState(input) }),
  },
  unfetched: {
    tag: 84,
    write(out, frame) {
      out.integer(frame.id);
      out.text(frame.message);
    },
    take: (input) => ({ kind: 'unfetched', id: input.integer(anyInteger), message: input.text(maxTextBytes) }),
  },
  listKept: { tag: 85, write() {}, take: () => ({ kind: 'listKept' }) },
  kept: {
    tag: 86,
    write(out, frame) {
      writeFlag(out, frame.last);
      writeList(out, frame.items, (item) => writeItem(out, item));
    },
    take: (input) => ({ kind: 'kept', last: takeFlag(input), items: takeList(input, () => takeItem(input)) }),
  },
};

const sourceKinds = ['live', 'kept'] as const;

function writeSource(out: ByteWriter, source: FetchSource): void {
  writeOneOf(out, sourceKinds, source.kind);
  if (source.kind === 'kept') {
    out.text(source.item);
    return;
  }
  writePath(out, source.path);
  writeHash(out, source.hash);
}

function takeSource(input: ByteReader): FetchSource {
  return takeOneOf(input, sourceKinds) === 'kept'
    ? { kind: 'kept', item: input.text(maxIdBytes) }
    : { kind: 'live', path: takeInnerPath(input), hash: takeHash(input) };
}

function writeItem(out: ByteWriter, item: KeptItem): void {
  out.text(item.id);
  writePath(out, item.path);
  out.integer(item.at);
  out.integer(item.bytes);
  writeOneOf(out, keptReasons, item.why);
}

function takeItem(input: ByteReader): KeptItem {
  return {
    id: input.text(maxIdBytes),
    path: takeInnerPath(input),
    at: input.integer(anyInteger),
    bytes: input.integer(maxFileBytes),
    why: takeOneOf(input, keptReasons),
  };
}
