import type { SyncPath } from '../../base/paths.ts';
import type { ContentHash } from '../../protocol/contentHash.ts';
import { type Fingerprint, type HashedFile, knownHash, sameFingerprint } from './fingerprint.ts';

/** Remembers the hashes of files, so that only what the disk reports as changed is read again. */
export class HashCache {
  readonly #files = new Map<SyncPath, HashedFile>();
  readonly #unsaved = new Set<SyncPath>();

  get size(): number {
    return this.#files.size;
  }

  /** The hash of the file that now has this fingerprint, if that can be said without reading it. */
  find(path: SyncPath, fingerprint: Fingerprint): ContentHash | undefined {
    return knownHash(this.#files.get(path), fingerprint);
  }

  /** The same, also when the file was so young as it was read that it may have been written again. */
  findLikely(path: SyncPath, fingerprint: Fingerprint): ContentHash | undefined {
    const file = this.#files.get(path);
    return file !== undefined && sameFingerprint(file.fingerprint, fingerprint) ? file.hash : undefined;
  }

  set(path: SyncPath, file: HashedFile): void {
    this.#files.set(path, file);
    this.#unsaved.add(path);
  }

  /** Takes an entry from a journal: it does not need to be saved again. */
  load(path: SyncPath, file: HashedFile | undefined): void {
    if (file === undefined) this.#files.delete(path);
    else this.#files.set(path, file);
  }

  delete(path: SyncPath): void {
    if (this.#files.delete(path)) this.#unsaved.add(path);
  }

  entries(): Iterable<[SyncPath, HashedFile]> {
    return this.#files;
  }

  /** What changed since the last call; `undefined` for what was deleted. */
  takeUnsaved(): [SyncPath, HashedFile | undefined][] {
    const taken = [...this.#unsaved].map((path): [SyncPath, HashedFile | undefined] => [path, this.#files.get(path)]);
    this.#unsaved.clear();
    return taken;
  }
}
