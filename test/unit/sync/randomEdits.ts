import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Random } from './random.ts';

/** Makes one random change in a folder, as an editor, a build or git would; gives a line that says what it did. */
export function randomEdit(root: string, random: Random): string {
  const all = list(root);
  const files = all.filter(({ kind }) => kind === 'file').map(({ at }) => at);
  const folders = ['', ...all.filter(({ kind }) => kind === 'folder').map(({ at }) => at)];
  const place = (): string => path.join(random.pick(folders), name(random));
  const choice = random.below(20);
  if (choice < 6 || all.length < 5) return create(root, place(), random);
  const target = random.pick(all).at;
  const absolute = path.join(root, target);
  if (choice < 9 && files.length > 0) return edit(root, random.pick(files), random);
  if (choice < 11) return move(root, target, place());
  if (choice < 12) return swap(root, target, random.pick(all).at);
  if (choice < 14) {
    rmSync(absolute, { recursive: true });
    return `delete ${target}`;
  }
  if (choice < 15 && files.length > 0) {
    const file = random.pick(files);
    const mode = random.pick([0o644, 0o755, 0o600, 0o444]);
    chmodSync(path.join(root, file), mode);
    return `chmod ${file} ${mode.toString(8)}`;
  }
  if (choice < 16) return link(root, place(), random);
  if (choice < 18) {
    // A file becomes a folder, a folder a file, a link either.
    rmSync(absolute, { recursive: true });
    return random.chance(0.5) ? create(root, path.join(target, name(random)), random) : create(root, target, random);
  }
  if (choice < 19) {
    const folder = path.join(place(), name(random));
    if (blocked(root, folder) || isThere(path.join(root, folder))) return 'nothing';
    mkdirSync(path.join(root, folder), { recursive: true });
    return `mkdir ${folder}`;
  }
  return atomicSave(root, files.length > 0 ? random.pick(files) : place(), random);
}

interface Found {
  readonly at: string;
  readonly kind: 'file' | 'folder' | 'link';
}

function list(root: string, folder = ''): Found[] {
  return readdirSync(path.join(root, folder))
    .sort()
    .flatMap((entry): Found[] => {
      const at = path.join(folder, entry);
      const stats = lstatSync(path.join(root, at));
      if (stats.isDirectory()) return [{ at, kind: 'folder' }, ...list(root, at)];
      return [{ at, kind: stats.isSymbolicLink() ? 'link' : 'file' }];
    });
}

/** Few names, so that paths meet again; some of them awkward. */
function name(random: Random): string {
  return random.pick([
    'a',
    'b',
    'c.txt',
    'd.js',
    'Ä ö.md',
    '-x',
    'e e',
    'f"g',
    'h\\i',
    'j\nk',
    '𝄞',
    'l%20',
    '#m',
    '!n',
    'o*',
  ]);
}

function create(root: string, at: string, random: Random): string {
  if (blocked(root, at)) return 'nothing';
  const absolute = path.join(root, at);
  mkdirSync(path.dirname(absolute), { recursive: true });
  if (isThere(absolute)) rmSync(absolute, { recursive: true });
  const content = newContent(random);
  writeFileSync(absolute, content);
  return `create ${at} (${content.length})`;
}

function edit(root: string, at: string, random: Random): string {
  const absolute = path.join(root, at);
  chmodSync(absolute, 0o644 | (lstatSync(absolute).mode & 0o111));
  if (random.chance(0.3)) appendFileSync(absolute, newContent(random));
  else if (random.chance(0.2)) truncateSync(absolute, random.below(10));
  else writeFileSync(absolute, newContent(random));
  return `edit ${at}`;
}

function newContent(random: Random): Uint8Array {
  if (random.chance(0.03)) return new Uint8Array(300_000 + random.below(400_000)).fill(random.below(256));
  return random.bytes(random.pick([0, 1, 10, 100, 3000]));
}

function move(root: string, from: string, to: string): string {
  const inside = `${to}/`.startsWith(`${from}/`) || `${from}/`.startsWith(`${to}/`);
  if (inside || blocked(root, to) || !isThere(path.dirname(path.join(root, to)))) return 'nothing';
  if (isThere(path.join(root, to))) rmSync(path.join(root, to), { recursive: true });
  renameSync(path.join(root, from), path.join(root, to));
  return `move ${from} to ${to}`;
}

function swap(root: string, a: string, b: string): string {
  if (`${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`)) return 'nothing';
  const aside = path.join(root, 'aside');
  if (isThere(aside)) return 'nothing';
  renameSync(path.join(root, a), aside);
  renameSync(path.join(root, b), path.join(root, a));
  renameSync(aside, path.join(root, b));
  return `swap ${a} and ${b}`;
}

function link(root: string, at: string, random: Random): string {
  const absolute = path.join(root, at);
  if (blocked(root, at) || isThere(absolute)) return 'nothing';
  symlinkSync(random.pick(['a', 'b/c.txt', './nowhere', 'Ä ö.md']), absolute);
  return `link ${at}`;
}

function atomicSave(root: string, at: string, random: Random): string {
  const absolute = path.join(root, at);
  if (blocked(root, at) || (isThere(absolute) && lstatSync(absolute).isDirectory())) return 'nothing';
  const aside = path.join(root, path.dirname(at), 'saving');
  writeFileSync(aside, newContent(random));
  renameSync(aside, absolute);
  return `atomic save ${at}`;
}

/** Whether something on the way to the path is not a folder, or the path is too deep to be interesting. */
function blocked(root: string, at: string): boolean {
  const parts = at.split('/').slice(0, -1);
  const ways = parts.map((_, index) => path.join(root, ...parts.slice(0, index + 1)));
  return parts.length > 6 || ways.some((way) => isThere(way) && !lstatSync(way).isDirectory());
}

function isThere(absolute: string): boolean {
  return lstatSync(absolute, { throwIfNoEntry: false }) !== undefined;
}
