import { readSyncPath, type SyncPath } from '../base/paths.ts';
import { type ByteReader, MalformedBytes } from './byteReader.ts';
import type { ByteWriter } from './byteWriter.ts';
import { type ContentHash, hashBytes, hashFromBytes, hashToBytes } from './contentHash.ts';
import type { Base } from './frame.ts';
import { maxFileBytes, maxLinkBytes, maxListItems } from './limits.ts';
import { absent, type Executable, folder, type PathState } from './pathState.ts';
import { maxPathBytes } from '../base/paths.ts';

const stateTags = { absent: 0, folder: 1, file: 2, link: 3, any: 4 } as const;
const executables: readonly Executable[] = ['no', 'yes', 'keep'];

/** Writes a path below the root; the root itself is the empty text. */
export function writePath(out: ByteWriter, path: SyncPath): void {
  out.text(path);
}

/** Reads a path and refuses one that could name anything outside the root. */
export function takePath(input: ByteReader): SyncPath {
  const path = readSyncPath(input.text(maxPathBytes));
  if (path === undefined) throw new MalformedBytes('has a path that is not allowed');
  return path;
}

/** Reads a path below the root, never the root itself. */
export function takeInnerPath(input: ByteReader): SyncPath {
  const path = takePath(input);
  if (path === '') throw new MalformedBytes('names the root where a path inside it is needed');
  return path;
}

export function writeHash(out: ByteWriter, hash: ContentHash): void {
  out.raw(hashToBytes(hash));
}

export function takeHash(input: ByteReader): ContentHash {
  return hashFromBytes(input.raw(hashBytes));
}

export function writeFlag(out: ByteWriter, flag: boolean): void {
  out.byte(flag ? 1 : 0);
}

export function takeFlag(input: ByteReader): boolean {
  return takeOneOf(input, [false, true]);
}

export function writeExecutable(out: ByteWriter, executable: Executable): void {
  writeOneOf(out, executables, executable);
}

export function takeExecutable(input: ByteReader): Executable {
  return takeOneOf(input, executables);
}

/** Writes the position of `value` in a closed list. */
export function writeOneOf<T>(out: ByteWriter, values: readonly T[], value: T): void {
  out.byte(values.indexOf(value));
}

/** Reads one of a closed list by its position. */
export function takeOneOf<T>(input: ByteReader, values: readonly T[]): T {
  const index = input.byte();
  const value = values[index];
  if (value === undefined) throw new MalformedBytes(`has choice ${index} of ${values.length}`);
  return value;
}

/** Writes a precondition or a state. */
export function writeBase(out: ByteWriter, base: Base): void {
  out.byte(stateTags[base.kind]);
  if (base.kind === 'file') {
    writeHash(out, base.hash);
    out.integer(base.size);
    writeExecutable(out, base.executable);
  } else if (base.kind === 'link') out.text(base.target);
}

export function takeBase(input: ByteReader): Base {
  const tag = input.byte();
  switch (tag) {
    case stateTags.absent:
      return absent;
    case stateTags.folder:
      return folder;
    case stateTags.file:
      return {
        kind: 'file',
        hash: takeHash(input),
        size: input.integer(maxFileBytes),
        executable: takeExecutable(input),
      };
    case stateTags.link:
      return { kind: 'link', target: takeLinkTarget(input) };
    case stateTags.any:
      return { kind: 'any' };
    default:
      throw new MalformedBytes(`has state ${tag}`);
  }
}

export function takeState(input: ByteReader): PathState {
  const state = takeBase(input);
  if (state.kind === 'any') throw new MalformedBytes('has "any" where a state is needed');
  return state;
}

/** Reads the text of a symbolic link: not empty, without NUL. */
export function takeLinkTarget(input: ByteReader): string {
  const target = input.text(maxLinkBytes);
  if (target === '' || target.includes('\0')) throw new MalformedBytes('has a link target that is not allowed');
  return target;
}

/** Writes a value that may be missing. */
export function writeOptional<T>(out: ByteWriter, value: T | undefined, write: (value: T) => void): void {
  writeFlag(out, value !== undefined);
  if (value !== undefined) write(value);
}

export function takeOptional<T>(input: ByteReader, take: () => T): T | undefined {
  return takeFlag(input) ? take() : undefined;
}

/** Writes at most `maxListItems` items. */
export function writeList<T>(out: ByteWriter, items: readonly T[], write: (item: T) => void): void {
  out.integer(items.length);
  for (const item of items) write(item);
}

export function takeList<T>(input: ByteReader, take: () => T): T[] {
  const count = input.integer(maxListItems);
  const items: T[] = [];
  for (let index = 0; index < count; index++) items.push(take());
  return items;
}

const keyBytes = 32;
const keyPattern = /^[0-9a-f]{32}$/;

/** Writes the key of an upload: 32 hexadecimal digits. */
export function writeKey(out: ByteWriter, key: string): void {
  out.text(key);
}

/** Reads one and refuses anything that could be more than the end of a file name. */
export function takeKey(input: ByteReader): string {
  const key = input.text(keyBytes);
  if (!keyPattern.test(key)) throw new MalformedBytes('has a key that is not 32 hexadecimal digits');
  return key;
}
