import type { SyncPath } from '../../base/paths.ts';
import type { ContentHash } from '../../protocol/contentHash.ts';
import { type Fingerprint, type HashedFile, isRacy, sameFingerprint } from './fingerprint.ts';
import { FingerprintColumn } from './fingerprintColumn.ts';
import { HashColumn } from './hashColumn.ts';
import { grown, grownSize, noPath, PathTable } from './pathTable.ts';

/** Remembers the hashes of files, so that only what the disk reports as changed is read again. */
export class HashCache {
  /** Where the numbers of its paths come from. */
  readonly paths: PathTable;
  readonly #fingerprints = new FingerprintColumn();
  readonly #hashes = new HashColumn();
  /** When each file was hashed, epoch milliseconds; 0 for paths that are not remembered. */
  #hashedAt = new Float64Array(0);
  /** Numbers of paths, each retained once more. */
  readonly #unsaved = new Set<number>();
  #size = 0;

  constructor(paths = new PathTable()) {
    this.paths = paths;
  }

  get size(): number {
    return this.#size;
  }

  /** The hash of the file that now has this fingerprint, if that can be said without reading it. */
  find(path: SyncPath, fingerprint: Fingerprint): ContentHash | undefined {
    const number = this.#find(path);
    if (number === noPath || !this.#fingerprints.isSame(number, fingerprint)) return undefined;
    return isRacy({ fingerprint, hashedAt: this.#hashedAt[number] ?? 0 }) ? undefined : this.#hashes.get(number);
  }

  /** The same, also when the file was so young as it was read that it may have been written again. */
  findLikely(path: SyncPath, fingerprint: Fingerprint): ContentHash | undefined {
    const number = this.#find(path);
    const isKnown = number !== noPath && this.#fingerprints.isSame(number, fingerprint);
    return isKnown ? this.#hashes.get(number) : undefined;
  }

  /** Takes over what is known of a file that had another path and is the same in everything else. */
  renamed(path: SyncPath, from: SyncPath, fingerprint: Fingerprint): void {
    const file = this.#file(this.#find(from));
    if (file !== undefined && sameFingerprint(file.fingerprint, fingerprint)) this.set(path, file);
  }

  set(path: SyncPath, file: HashedFile): void {
    this.#note(this.#store(path, file));
  }

  /** Takes an entry from a journal: it does not need to be saved again. */
  load(path: SyncPath, file: HashedFile | undefined): void {
    if (file !== undefined) this.#store(path, file);
    else this.#forget(this.#find(path));
  }

  delete(path: SyncPath): void {
    const number = this.#find(path);
    if (number === noPath) return;
    this.#note(number);
    this.#forget(number);
  }

  *entries(): Generator<[SyncPath, HashedFile]> {
    for (let number = 1; number < this.#hashedAt.length; number++) {
      const file = this.#file(number);
      if (file !== undefined) yield [this.paths.path(number), file];
    }
  }

  /** What changed since the last call; `undefined` for what was deleted. */
  takeUnsaved(): [SyncPath, HashedFile | undefined][] {
    const taken = [...this.#unsaved].map((number): [SyncPath, HashedFile | undefined] => {
      return [this.paths.path(number), this.#file(number)];
    });
    for (const number of this.#unsaved) this.paths.release(number);
    this.#unsaved.clear();
    return taken;
  }

  #find(path: SyncPath): number {
    const number = this.paths.find(path);
    return number !== noPath && this.#has(number) ? number : noPath;
  }

  #has(number: number): boolean {
    return (this.#hashedAt[number] ?? 0) !== 0;
  }

  #file(number: number): HashedFile | undefined {
    if (!this.#has(number)) return undefined;
    const hashedAt = this.#hashedAt[number] ?? 0;
    return { fingerprint: this.#fingerprints.get(number), hash: this.#hashes.get(number), hashedAt };
  }

  #store(path: SyncPath, { fingerprint, hash, hashedAt }: HashedFile): number {
    const number = this.paths.number(path);
    if (number >= this.#hashedAt.length)
      this.#hashedAt = grown(this.#hashedAt, new Float64Array(grownSize(number + 1)));
    if (!this.#has(number)) {
      this.paths.retain(number);
      this.#size++;
    }
    this.#hashedAt[number] = Math.max(1, hashedAt);
    this.#fingerprints.set(number, fingerprint);
    this.#hashes.set(number, hash);
    return number;
  }

  #forget(number: number): void {
    if (number === noPath) return;
    this.#hashedAt[number] = 0;
    this.#size--;
    this.paths.release(number);
  }

  #note(number: number): void {
    if (this.#unsaved.has(number)) return;
    this.#unsaved.add(number);
    this.paths.retain(number);
  }
}
