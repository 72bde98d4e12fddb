import { rootSyncPath, type SyncPath } from '../../base/paths.ts';

/** No path. */
export const noPath = -1;

/**
 * Gives each path of a tree a small number, so that what is known about it can be kept in arrays of numbers: with
 * 100,000 files, objects by path would take several times the memory. The root is number 0. A number stays with its path
 * for as long as anybody retains it, or one below it.
 */
export class PathTable {
  /** By number; '' for one that is free. */
  readonly #names: string[] = [''];
  #parents = new Int32Array(64);
  /** The first child of a folder, and its other ones as a list in both directions. */
  #firstChild = new Int32Array(64).fill(noPath);
  #next = new Int32Array(64).fill(noPath);
  #previous = new Int32Array(64).fill(noPath);
  #retained = new Uint8Array(64);
  /** Numbers whose parent and name have the same remainder form a chain; free numbers form one too. */
  #chain = new Int32Array(64).fill(noPath);
  #buckets = new Int32Array(64).fill(noPath);
  #free = noPath;

  /** Every number is less than this. */
  get end(): number {
    return this.#names.length;
  }

  /** The number of a path; `noPath` when it has none. */
  find(path: SyncPath): number {
    let at = 0;
    for (let start = 0; at !== noPath && start < path.length;) {
      const end = endOfName(path, start);
      at = this.#child(at, path, start, end);
      start = end + 1;
    }
    return at;
  }

  /** The number of a path, which must be retained to stay. */
  number(path: SyncPath): number {
    let at = 0;
    for (let start = 0; start < path.length;) {
      const end = endOfName(path, start);
      const child = this.#child(at, path, start, end);
      at = child === noPath ? this.#add(at, path, start, end) : child;
      start = end + 1;
    }
    return at;
  }

  path(number: number): SyncPath {
    if (number === 0) return rootSyncPath;
    let path = this.name(number);
    for (let at = this.parent(number); at !== 0; at = this.parent(at)) path = `${this.name(at)}/${path}`;
    return path as SyncPath;
  }

  /** The last component. */
  name(number: number): string {
    return this.#names[number] ?? '';
  }

  /** The containing folder; the root's own is the root. */
  parent(number: number): number {
    return this.#parents[number] ?? 0;
  }

  /** The children of a folder, in no particular order. They may be released meanwhile. */
  *children(folder: number): Generator<number> {
    for (let at = this.#firstChild[folder] ?? noPath; at !== noPath;) {
      const next = this.#next[at] ?? noPath;
      yield at;
      at = next;
    }
  }

  /** Keeps a number; as often as this is called, `release` must be. */
  retain(number: number): void {
    this.#retained[number] = (this.#retained[number] ?? 0) + 1;
  }

  release(number: number): void {
    this.#retained[number] = (this.#retained[number] ?? 1) - 1;
    for (let at = number; at !== 0 && this.#isUnused(at);) {
      const parent = this.parent(at);
      this.#remove(at, parent);
      at = parent;
    }
  }

  #isUnused(number: number): boolean {
    return this.#retained[number] === 0 && this.#firstChild[number] === noPath;
  }

  #child(parent: number, path: string, start: number, end: number): number {
    const bucket = hashOf(parent, path, start, end) & (this.#buckets.length - 1);
    for (let at = this.#buckets[bucket] ?? noPath; at !== noPath; at = this.#chain[at] ?? noPath) {
      if (this.#parents[at] !== parent) continue;
      const name = this.#names[at] ?? '';
      if (name.length === end - start && path.startsWith(name, start)) return at;
    }
    return noPath;
  }

  #add(parent: number, path: string, start: number, end: number): number {
    const number = this.#takeFree();
    this.#names[number] = copyOf(path, start, end);
    this.#parents[number] = parent;
    this.#firstChild[number] = noPath;
    this.#retained[number] = 0;
    this.#insert(number, hashOf(parent, path, start, end));
    const sibling = this.#firstChild[parent] ?? noPath;
    this.#next[number] = sibling;
    this.#previous[number] = noPath;
    if (sibling !== noPath) this.#previous[sibling] = number;
    this.#firstChild[parent] = number;
    return number;
  }

  #remove(number: number, parent: number): void {
    const name = this.#names[number] ?? '';
    this.#takeOut(number, hashOf(parent, name, 0, name.length));
    const [next, previous] = [this.#next[number] ?? noPath, this.#previous[number] ?? noPath];
    if (next !== noPath) this.#previous[next] = previous;
    if (previous === noPath) this.#firstChild[parent] = next;
    else this.#next[previous] = next;
    this.#names[number] = '';
    this.#chain[number] = this.#free;
    this.#free = number;
  }

  #takeFree(): number {
    const number = this.#free;
    if (number !== noPath) {
      this.#free = this.#chain[number] ?? noPath;
      return number;
    }
    this.#names.push('');
    this.#grow(this.#names.length);
    return this.#names.length - 1;
  }

  #grow(needed: number): void {
    if (needed <= this.#parents.length) return;
    const size = grownSize(needed);
    this.#parents = grown(this.#parents, new Int32Array(size));
    this.#firstChild = grown(this.#firstChild, new Int32Array(size).fill(noPath));
    this.#next = grown(this.#next, new Int32Array(size).fill(noPath));
    this.#previous = grown(this.#previous, new Int32Array(size).fill(noPath));
    this.#retained = grown(this.#retained, new Uint8Array(size));
    this.#chain = grown(this.#chain, new Int32Array(size).fill(noPath));
    if (size > this.#buckets.length) this.#rehash(2 * this.#buckets.length);
  }

  /** Makes room for more chains. */
  #rehash(size: number): void {
    this.#buckets = new Int32Array(size).fill(noPath);
    // The newest number has no name yet, and none is free.
    for (let number = 1; number < this.#names.length - 1; number++) {
      const name = this.name(number);
      this.#insert(number, hashOf(this.parent(number), name, 0, name.length));
    }
  }

  #insert(number: number, hash: number): void {
    const bucket = hash & (this.#buckets.length - 1);
    this.#chain[number] = this.#buckets[bucket] ?? noPath;
    this.#buckets[bucket] = number;
  }

  #takeOut(number: number, hash: number): void {
    const bucket = hash & (this.#buckets.length - 1);
    const after = this.#chain[number] ?? noPath;
    if (this.#buckets[bucket] === number) {
      this.#buckets[bucket] = after;
      return;
    }
    for (let at = this.#buckets[bucket] ?? noPath; at !== noPath; at = this.#chain[at] ?? noPath) {
      if (this.#chain[at] === number) this.#chain[at] = after;
    }
  }
}

/** The size that an array should grow to, so that it rarely does and wastes little. */
export function grownSize(needed: number): number {
  return Math.max(64, Math.ceil(needed * 1.3));
}

/** Copies what an array holds into a longer one. */
export function grown<T extends Int32Array | Uint8Array | Uint16Array | Float64Array | BigInt64Array>(
  from: T,
  to: T,
): T {
  // Each of the union takes only its own kind, which the type of both parameters ensures.
  (to as { set(values: unknown): void }).set(from);
  return to;
}

function endOfName(path: string, start: number): number {
  const end = path.indexOf('/', start);
  return end < 0 ? path.length : end;
}

/** FNV-1a over the name, begun with the folder. */
function hashOf(parent: number, path: string, start: number, end: number): number {
  let hash = Math.imul(parent, 0x9e3779b1) ^ 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ path.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) & 0x7fffffff;
}

/** A name of its own: a slice of the path would keep the whole path in memory. */
function copyOf(path: string, start: number, end: number): string {
  if (start === 0 && end === path.length && path.length < 13) return path;
  const bytes = encoder.encode(path.slice(start, end));
  return decoder.decode(bytes);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
