import { maxComponentBytes } from '../base/paths.ts';
import { type ByteReader, MalformedBytes } from './byteReader.ts';
import type { ByteWriter } from './byteWriter.ts';
import {
  takeFlag,
  takeKey,
  takeList,
  takeOptional,
  takePath,
  takeState,
  writeBase,
  writeFlag,
  writeKey,
  writeList,
  writeOptional,
  writePath,
} from './fields.ts';
import type { ListedEntry, ResumeFrame } from './frame.ts';
import type { FrameCodecs } from './frameCodec.ts';
import { maxFileBytes } from './limits.ts';

const digestPattern = /^[0-9a-f]{16}$/;

/** Codecs of the frames by which a client learns what the volume holds. */
export const resumeCodecs: FrameCodecs<ResumeFrame> = {
  listDigests: {
    tag: 70,
    write: (out, frame) => writeFlag(out, frame.everything),
    take: (input) => ({ kind: 'listDigests', everything: takeFlag(input) }),
  },
  partials: {
    tag: 74,
    write(out, frame) {
      writeList(out, frame.items, ({ key, bytes }) => {
        writeKey(out, key);
        out.integer(bytes);
      });
    },
    take: (input) => ({
      kind: 'partials',
      items: takeList(input, () => ({ key: takeKey(input), bytes: input.integer(maxFileBytes) })),
    }),
  },
  digests: {
    tag: 71,
    write(out, frame) {
      writeFlag(out, frame.last);
      writeList(out, frame.folders, ({ path, digest }) => {
        writePath(out, path);
        out.text(digest);
      });
    },
    take: (input) => ({
      kind: 'digests',
      last: takeFlag(input),
      folders: takeList(input, () => ({ path: takePath(input), digest: takeDigest(input) })),
    }),
  },
  need: {
    tag: 72,
    write: (out, frame) => writeList(out, frame.folders, (path) => writePath(out, path)),
    take: (input) => ({ kind: 'need', folders: takeList(input, () => takePath(input)) }),
  },
  listing: {
    tag: 73,
    write(out, frame) {
      writeFlag(out, frame.last);
      writePath(out, frame.folder);
      writeList(out, frame.entries, (entry) => writeEntry(out, entry));
    },
    take: (input) => ({
      kind: 'listing',
      last: takeFlag(input),
      folder: takePath(input),
      entries: takeList(input, () => takeEntry(input)),
    }),
  },
};

function writeEntry(out: ByteWriter, entry: ListedEntry): void {
  out.text(entry.name);
  writeOptional(out, entry.put, (put) => writeBase(out, put));
  writeBase(out, entry.current);
}

function takeEntry(input: ByteReader): ListedEntry {
  const name = input.text(maxComponentBytes);
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
    throw new MalformedBytes('has a name that is not allowed');
  }
  return { name, put: takeOptional(input, () => takeState(input)), current: takeState(input) };
}

function takeDigest(input: ByteReader): string {
  const digest = input.text(16);
  if (!digestPattern.test(digest)) throw new MalformedBytes('has a digest that is not 16 hexadecimal digits');
  return digest;
}
