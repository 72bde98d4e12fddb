import {
  appendFileSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { readSyncPath, rootSyncPath, type SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { type KeptReason, keptReasons } from '../../protocol/frame.ts';
import { errorCode, isMissing } from './diskError.ts';

/** How long and how much is kept. */
export interface TrashLimits {
  readonly maxBytes: number;
  readonly maxItems: number;
  readonly maxAgeMs: number;
}

/** One version that is kept. */
export interface TrashItem {
  /** Name of the file in the trash's folder. */
  readonly name: string;
  /** Where it was; the root when that is not known any more. */
  readonly path: SyncPath;
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly why: KeptReason;
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
  #count: number;

  constructor(folder: string, limits: TrashLimits, scheduler: Scheduler) {
    this.#folder = folder;
    this.#limits = limits;
    this.#scheduler = scheduler;
    mkdirSync(folder, { recursive: true });
    this.#items = readItems(folder);
    this.#lines = Infinity;
    this.#count = this.#items.reduce((count, { name }) => Math.max(count, numberOf(name)), 0);
    this.#bytes = this.#items.reduce((sum, item) => sum + item.bytes, 0);
    this.drop();
  }

  /** Everything that is kept, oldest first. */
  get items(): readonly TrashItem[] {
    return this.#items;
  }

  /** Where an item's content is. */
  fileOf(item: TrashItem): string {
    return path.join(this.#folder, item.name);
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

  /** Makes a link like the one that is about to be replaced. */
  copyLink(target: string): string {
    const kept = this.#fresh();
    symlinkSync(target, kept);
    return kept;
  }

  /** Copies a file. */
  copy(file: string): string {
    const kept = this.#fresh();
    copyFileSync(file, kept);
    return kept;
  }

  /** Moves a file or link away and gives its new path. Throws the disk's error. */
  takeAway(absolute: string): string {
    const kept = this.#fresh();
    renameSync(absolute, kept);
    return kept;
  }

  /** Takes over what `keepName` or `takeAway` gave. */
  keep(kept: string, from: SyncPath, why: KeptReason): void {
    const bytes = lstatSync(kept).size;
    const item: TrashItem = { name: path.basename(kept), path: from, bytes, at: this.#scheduler.now(), why };
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
  const named = readNames(path.join(folder, namesFile));
  return readdirSync(folder)
    .filter((name) => name !== namesFile)
    .map((name) => ({
      path: rootSyncPath,
      why: 'replaced' as const,
      ...named.get(name),
      name,
      bytes: lstatSync(path.join(folder, name)).size,
      at: Number(name.split('-')[0]),
    }))
    .sort((a, b) => a.at - b.at || numberOf(a.name) - numberOf(b.name));
}

function numberOf(name: string): number {
  return Number.parseInt(name.split('-')[1] ?? '', 36) || 0;
}

/** What the lines say of each item. Those that cannot be read are passed over: the item itself is kept either way. */
function readNames(file: string): Map<string, Pick<TrashItem, 'path' | 'why'>> {
  const named = new Map<string, Pick<TrashItem, 'path' | 'why'>>();
  for (const line of readLines(file)) {
    const { name, path: text, why } = readFields(line);
    const from = typeof text === 'string' ? readSyncPath(text) : undefined;
    if (typeof name !== 'string' || from === undefined) continue;
    named.set(name, { path: from, why: keptReasons.find((reason) => reason === why) ?? 'replaced' });
  }
  return named;
}

function readFields(line: string): { readonly name?: unknown; readonly path?: unknown; readonly why?: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch (error) {
    // A line that was being written when the process died.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
