import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Random } from '../unit/sync/random.ts';
import {
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from './disk.ts';

/** Who edits, and how. */
export interface Editor {
  readonly root: string;
  readonly random: Random;
  /** Begins everything that this one writes, so that no two versions are equal. */
  readonly mark: string;
  readonly say: (text: string) => void;
  /** Whether some files are longer than what fits into one frame. */
  readonly large: boolean;
  /** Lines that may stand in an ignore file; none when this one never writes any. */
  readonly ignoreLines: readonly string[];
}

/** One edit, as an editor, a build or git makes it: anything may happen at each of its pauses. */
export type Edit = Generator<undefined, void>;

/** Begins a random edit. Paths that are in the way, or gone, end it. */
export function* randomEdit(editor: Editor): Edit {
  try {
    yield* chooseEdit(editor);
  } catch (error) {
    // Somebody else was faster, or the disk does not allow it: people live with that.
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

/** Begins many edits in a row, as a branch switch or a build makes them. */
export function* manyEdits(editor: Editor): Edit {
  for (let count = 5 + editor.random.below(25); count > 0; count--) yield* randomEdit(editor);
}

function* chooseEdit(editor: Editor): Edit {
  const { random, say } = editor;
  const all = list(editor.root);
  const files = all.filter(({ kind }) => kind === 'file').map(({ at }) => at);
  const folders = ['', ...all.filter(({ kind }) => kind === 'folder').map(({ at }) => at)];
  const place = (): string => path.posix.join(random.pick(folders), random.pick(names));
  const known = all.length === 0 ? place() : random.pick(all).at;
  const file = files.length === 0 ? place() : random.pick(files);
  const choice = all.length > 40 ? 9 + random.below(3) : random.below(24);
  if (choice < 5) return yield* writeInPlace(editor, place());
  if (choice < 8) return yield* writeInPlace(editor, file);
  if (choice === 8) return yield* writeAside(editor, random.chance(0.7) ? file : place());
  if (choice < 11) return yield* removeAll(editor, known);
  if (choice < 13) return yield* replace(editor, known);
  if (choice < 15) {
    rename(editor, known, place());
    return;
  }
  if (choice === 15) {
    rename(editor, file, path.posix.join(path.posix.dirname(file), random.pick(names)));
    return;
  }
  if (choice === 16) return yield* swap(editor, known, all.length === 0 ? place() : random.pick(all).at);
  if (choice === 17) {
    const mode = random.pick([0o644, 0o755, 0o600, 0o444]);
    say(`chmod ${file} ${mode.toString(8)}`);
    chmodSync(path.join(editor.root, file), mode);
    return;
  }
  if (choice === 18) {
    const target = random.pick(['a', './b', '../c.txt', 'nowhere', '/etc', '../../..']);
    const at = place();
    say(`link ${at} to ${target}`);
    symlinkSync(target, path.join(editor.root, at));
    return;
  }
  if (choice === 19) {
    append(editor, file);
    return;
  }
  if (choice === 20 && editor.ignoreLines.length > 0) return yield* writeRules(editor, random.pick(folders));
  if (choice === 21) {
    hardLink(editor, file, place());
    return;
  }
  if (choice === 22) return yield* rewriteAsBefore(editor, file);
  const at = place();
  say(`mkdir ${at}`);
  mkdirSync(path.join(editor.root, at));
}

/** Few names, so that paths meet again; some of them are ones that rules may exclude. */
const names = ['a', 'b', 'c.txt', 'd.js', 'Ä ö', 'out', 'x.log', '-f', 'g\\h', 'i\nj'];

function content({ random, mark, large }: Editor): Uint8Array {
  if (random.chance(0.03)) return new Uint8Array(0);
  const size = large && random.chance(0.04) ? 270_000 + random.below(200_000) : random.pick([4, 40, 300, 3000]);
  const head = new TextEncoder().encode(`${mark}${random.below(2 ** 30)}-${random.below(2 ** 30)}:`);
  const bytes = new Uint8Array(head.length + size).fill(random.below(256));
  bytes.set(head);
  return bytes;
}

/** Empties the file, then writes it in one or two pieces. */
function* writeInPlace(editor: Editor, at: string, bytes = content(editor)): Edit {
  editor.say(`write ${at} (${bytes.length})`);
  const descriptor = openSync(path.join(editor.root, at), 'w');
  try {
    yield;
    const half = editor.random.chance(0.3) ? editor.random.below(bytes.length) : 0;
    if (half > 0) {
      writeSync(descriptor, bytes, 0, half);
      yield;
    }
    if (bytes.length > half) writeSync(descriptor, bytes, half, bytes.length - half);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes beside the file and renames over it, as careful editors do. */
function* writeAside(editor: Editor, at: string): Edit {
  const aside = path.posix.join(path.posix.dirname(at), 'saving');
  yield* writeInPlace(editor, aside);
  yield;
  rename(editor, aside, at);
}

/** The same size and the same time as before: only the time of change tells. */
function* rewriteAsBefore(editor: Editor, at: string): Edit {
  const absolute = path.join(editor.root, at);
  const { size } = lstatSync(absolute);
  const bytes = content(editor).slice(0, size);
  if (bytes.length < size || size < 20) return;
  const descriptor = openSync(absolute, 'r+');
  editor.say(`rewrite ${at}`);
  writeSync(descriptor, bytes, 0, bytes.length);
  closeSync(descriptor);
  yield;
  utimesSync(absolute, 1e9, 1e9);
}

function append(editor: Editor, at: string): void {
  const descriptor = openSync(path.join(editor.root, at), 'a');
  const bytes = content(editor);
  editor.say(`append ${at} (${bytes.length})`);
  writeSync(descriptor, bytes, 0, bytes.length);
  closeSync(descriptor);
}

/** Removes a path and everything below it, one thing at a time. */
function* removeAll(editor: Editor, at: string): Edit {
  editor.say(`remove ${at}`);
  yield* removeBelow(path.join(editor.root, at));
}

function* removeBelow(absolute: string): Edit {
  if (!lstatSync(absolute).isDirectory()) {
    unlinkSync(absolute);
    return;
  }
  for (const name of readdirSync(absolute).sort()) {
    yield* removeBelow(path.join(absolute, name));
    yield;
  }
  rmdirSync(absolute);
}

/** A file becomes a folder, a folder a file, or a link either. */
function* replace(editor: Editor, at: string): Edit {
  yield* removeAll(editor, at);
  if (editor.random.chance(0.3)) yield;
  if (editor.random.chance(0.5)) return yield* writeInPlace(editor, at);
  mkdirSync(path.join(editor.root, at));
  yield* writeInPlace(editor, path.posix.join(at, editor.random.pick(names)));
}

function rename(editor: Editor, from: string, to: string): void {
  if (`${to}/`.startsWith(`${from}/`)) return;
  editor.say(`rename ${from} to ${to}`);
  renameSync(path.join(editor.root, from), path.join(editor.root, to));
}

function* swap(editor: Editor, a: string, b: string): Edit {
  if (`${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`)) return;
  rename(editor, a, 'aside');
  if (editor.random.chance(0.5)) yield;
  rename(editor, b, a);
  rename(editor, 'aside', b);
}

function hardLink(editor: Editor, from: string, to: string): void {
  editor.say(`hard link ${from} to ${to}`);
  linkSync(path.join(editor.root, from), path.join(editor.root, to));
}

function* writeRules(editor: Editor, folder: string): Edit {
  const { random, ignoreLines } = editor;
  const lines = ignoreLines.filter(() => random.chance(0.4));
  const text = `# ${random.below(2 ** 30)}\n${lines.join('\n')}\n`;
  const name = random.pick(['.gitignore', '.podloopignore']);
  editor.say(`rules ${lines.join(' ')}`);
  yield* writeInPlace(editor, path.posix.join(folder, name), new TextEncoder().encode(text));
}

interface Found {
  readonly at: string;
  readonly kind: 'file' | 'folder' | 'other';
}

function list(root: string, folder = ''): Found[] {
  return readdirSync(path.join(root, folder))
    .sort()
    .flatMap((entry): Found[] => {
      const at = path.posix.join(folder, entry);
      const stats = lstatSync(path.join(root, at));
      if (stats.isDirectory()) return [{ at, kind: 'folder' }, ...list(root, at)];
      return [{ at, kind: stats.isFile() ? 'file' : 'other' }];
    });
}
