import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';

/** What is at a path, as a text that two equal things share: `folder`, `link TARGET` or `file LENGTH CHECKSUM`. */
export type Version = string;

/** One path that is not as it was. */
export interface TreeChange {
  readonly path: string;
  readonly before: Version | undefined;
  readonly after: Version | undefined;
}

/** What a tree holds, kept true by looking at whatever was touched. */
export class TreeModel {
  readonly #root: string;
  #entries = new Map<string, Version>();

  constructor(root: string) {
    this.#root = root;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(relative: string): Version | undefined {
    return this.#entries.get(relative);
  }

  entries(): Iterable<[string, Version]> {
    return this.#entries;
  }

  /** Looks at a path and everything below it; '' is the whole tree. */
  refresh(relative: string): TreeChange[] {
    const changes: TreeChange[] = [];
    const isThere = new Set<string>();
    this.#look(relative, isThere, changes);
    const inside = relative === '' ? '' : `${relative}/`;
    for (const [at, before] of this.#entries) {
      if (isThere.has(at) || (at !== relative && !at.startsWith(inside))) continue;
      this.#entries.delete(at);
      changes.push({ path: at, before, after: undefined });
    }
    return changes;
  }

  #look(relative: string, isThere: Set<string>, changes: TreeChange[]): void {
    const absolute = path.join(this.#root, relative);
    const after = versionAt(absolute);
    if (after === undefined) return;
    if (relative !== '') {
      isThere.add(relative);
      const before = this.#entries.get(relative);
      this.#entries.set(relative, after);
      if (before !== after) changes.push({ path: relative, before, after });
    }
    if (after !== 'folder') return;
    for (const name of readdirSync(absolute).sort()) this.#look(path.posix.join(relative, name), isThere, changes);
  }
}

/** What is at an absolute path; `undefined` for nothing. */
export function versionAt(absolute: string): Version | undefined {
  const stats = lstatSync(absolute, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return `link ${readlinkSync(absolute)}`;
  if (!stats.isFile()) return 'special';
  return versionOf(readFileSync(absolute));
}

export function versionOf(content: Uint8Array): Version {
  return `file ${content.length} ${crc32(content).toString(16)}`;
}
