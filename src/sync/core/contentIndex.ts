import type { ContentHash } from '../../protocol/contentHash.ts';
import { maxInlineBytes } from '../../protocol/limits.ts';
import { grown, grownSize, noPath } from './pathTable.ts';
import type { StateColumn } from './stateColumn.ts';

/** Says where a content is among the files of a `StateColumn`, kept up to date with each change. */
export class ContentIndex {
  readonly #states: StateColumn;
  /** Paths whose hashes begin alike form a chain. */
  #buckets = new Int32Array(64).fill(noPath);
  #next = new Int32Array(0);
  #size = 0;
  /** How many long files there are of each size. */
  readonly #longSizes = new Map<number, number>();

  constructor(states: StateColumn) {
    this.#states = states;
  }

  /** The numbers of the paths that have this content. */
  *holding(hash: ContentHash): Generator<number> {
    for (let at = this.#first(parseInt(hash.slice(0, 8), 16)); at !== noPath; at = this.#next[at] ?? noPath) {
      if (this.#states.isFile(at, hash)) yield at;
    }
  }

  /** Whether some file too long for one frame has this size. */
  hasLong(size: number): boolean {
    return this.#longSizes.has(size);
  }

  /** The path has got the state that it has. Other states than files do not count. */
  add(number: number): void {
    const start = this.#states.hashStart(number);
    if (start === undefined) return;
    if (number >= this.#next.length) this.#next = grown(this.#next, new Int32Array(grownSize(number + 1)));
    if (++this.#size > this.#buckets.length) this.#rehash();
    this.#link(number, start);
    this.#countLong(this.#states.size(number), 1);
  }

  /** The path is about to lose the state that it has. */
  remove(number: number): void {
    const start = this.#states.hashStart(number);
    if (start === undefined) return;
    this.#size--;
    this.#countLong(this.#states.size(number), -1);
    const after = this.#next[number] ?? noPath;
    if (this.#first(start) === number) {
      this.#buckets[start & (this.#buckets.length - 1)] = after;
      return;
    }
    for (let at = this.#first(start); at !== noPath; at = this.#next[at] ?? noPath) {
      if (this.#next[at] === number) this.#next[at] = after;
    }
  }

  #first(start: number): number {
    return this.#buckets[start & (this.#buckets.length - 1)] ?? noPath;
  }

  #link(number: number, start: number): void {
    this.#next[number] = this.#first(start);
    this.#buckets[start & (this.#buckets.length - 1)] = number;
  }

  #rehash(): void {
    const before = this.#buckets;
    this.#buckets = new Int32Array(2 * before.length).fill(noPath);
    for (const first of before) {
      for (let at = first; at !== noPath;) {
        const next = this.#next[at] ?? noPath;
        this.#link(at, this.#states.hashStart(at) ?? 0);
        at = next;
      }
    }
  }

  #countLong(size: number, change: number): void {
    if (size <= maxInlineBytes) return;
    const count = (this.#longSizes.get(size) ?? 0) + change;
    if (count > 0) this.#longSizes.set(size, count);
    else this.#longSizes.delete(size);
  }
}
