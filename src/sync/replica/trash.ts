import {
  appendFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { errorCode, isMissing } from './diskError.ts';

/** How long and how much is kept. */
export interface TrashLimits {
  readonly maxBytes: number;
  readonly maxItems: number;
  readonly maxAgeMs: number;
}

interface TrashItem {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * Keeps deleted and replaced files for a while, oldest dropped first, so that nothing is gone at once. Which path an
 * item had is in `names.jsonl` beside the items, one JSON object per line.
 */
export class Trash {
  readonly #folder: string;
  readonly #limits: TrashLimits;
  readonly #scheduler: Scheduler;
  readonly #items: TrashItem[];
  #bytes: number;
  #lines: number;
  #count = 0;

  constructor(folder: string, limits: TrashLimits, scheduler: Scheduler) {
    this.#folder = folder;
    this.#limits = limits;
    this.#scheduler = scheduler;
    mkdirSync(folder, { recursive: true });
    this.#items = readItems(folder);
    this.#lines = Infinity;
    this.#bytes = this.#items.reduce((sum, item) => sum + item.bytes, 0);
    this.drop();
  }

  /** Gives a file that is about to be replaced a second name; `undefined` where the disk has no hard links. */
  keepName(absolute: string): string | undefined {
    const kept = this.#fresh();
    try {
      linkSync(absolute, kept);
      return kept;
    } catch (error) {
      if (withoutHardLinks.has(errorCode(error))) return undefined;
      throw error;
    }
  }

  /** Moves a file or link away and gives its new path. Throws the disk's error. */
  takeAway(absolute: string): string {
    const kept = this.#fresh();
    renameSync(absolute, kept);
    return kept;
  }

  /** Takes over what `keepName` or `takeAway` gave. */
  keep(kept: string, from: SyncPath): void {
    const bytes = lstatSync(kept).size;
    const item: TrashItem = { name: path.basename(kept), path: from, bytes, at: this.#scheduler.now() };
    this.#items.push(item);
    this.#bytes += bytes;
    this.#lines++;
    appendFileSync(this.#namesFile, `${JSON.stringify(item)}\n`);
  }

  /** Drops what is over the limits, at most `most` items, so that a large purge does not hold up everything else. */
  drop(most = 500): void {
    const oldest = this.#scheduler.now() - this.#limits.maxAgeMs;
    for (let count = 0; count < most; count++) {
      const [item] = this.#items;
      if (item === undefined) break;
      const over = this.#bytes > this.#limits.maxBytes || this.#items.length > this.#limits.maxItems;
      if (!over && item.at >= oldest) break;
      this.#remove(item);
    }
    if (this.#lines > 2 * this.#items.length + 1000) this.#rewriteNames();
  }

  /** Drops everything, because the disk is full. Answers whether that freed anything. */
  empty(): boolean {
    const any = this.#items.length > 0;
    for (const item of [...this.#items]) this.#remove(item);
    if (any) this.#rewriteNames();
    return any;
  }

  get #namesFile(): string {
    return path.join(this.#folder, namesFile);
  }

  #rewriteNames(): void {
    writeFileSync(this.#namesFile, this.#items.map((item) => `${JSON.stringify(item)}\n`).join(''));
    this.#lines = this.#items.length;
  }

  #remove(item: TrashItem): void {
    this.#items.shift();
    this.#bytes -= item.bytes;
    rmSync(path.join(this.#folder, item.name), { recursive: true, force: true });
  }

  #fresh(): string {
    return path.join(this.#folder, `${this.#scheduler.now()}-${(++this.#count).toString(36)}`);
  }
}

const namesFile = 'names.jsonl';
const withoutHardLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS', 'EXDEV']);

function readItems(folder: string): TrashItem[] {
  const paths = readNames(path.join(folder, namesFile));
  return readdirSync(folder)
    .filter((name) => name !== namesFile)
    .map((name) => ({
      name,
      path: paths.get(name) ?? '',
      bytes: lstatSync(path.join(folder, name)).size,
      at: Number(name.split('-')[0]),
    }))
    .sort((a, b) => a.at - b.at);
}

/** The path that each item had. Lines that cannot be read are passed over: the item itself is kept either way. */
function readNames(file: string): Map<string, string> {
  const paths = new Map<string, string>();
  for (const line of readLines(file)) {
    const match = /^\{"name":"([^"]+)","path":("(?:[^"\\]|\\.)*"),/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) paths.set(match[1], String(JSON.parse(match[2])));
  }
  return paths;
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
