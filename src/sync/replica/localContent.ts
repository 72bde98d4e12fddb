import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { ContentHash } from '../../protocol/contentHash.ts';
import type { FileState } from '../../protocol/pathState.ts';
import type { Fingerprint, HashedFile } from '../core/fingerprint.ts';
import type { HashCache } from '../core/hashCache.ts';
import type { LocalTree, TreeEntry } from '../core/localTree.ts';
import type { ConfinedFolder } from './confinedFolder.ts';
import { hashInBlocks, readWhole } from './readFile.ts';

export type FileEntry = Extract<TreeEntry, { kind: 'file' }>;

/** Reads files of the local tree, each version once where that can be helped. Throws the disk's errors. */
export class LocalContent {
  readonly #tree: LocalTree;
  readonly #disk: ConfinedFolder;
  readonly #hashes: HashCache;
  readonly #scheduler: Scheduler;

  constructor(tree: LocalTree, disk: ConfinedFolder, hashes: HashCache, scheduler: Scheduler) {
    this.#tree = tree;
    this.#disk = disk;
    this.#hashes = hashes;
    this.#scheduler = scheduler;
  }

  /** The file's state, if that can be said without reading it. */
  known(path: SyncPath, entry: FileEntry): FileState | undefined {
    const hash = this.#hashes.find(path, entry.fingerprint);
    return hash === undefined ? undefined : stateOf(entry, hash);
  }

  /** The same, also when it was read so soon after it was written that it may have been written again. */
  likely(path: SyncPath, entry: FileEntry): FileState | undefined {
    const hash = this.#hashes.findLikely(path, entry.fingerprint);
    return hash === undefined ? undefined : stateOf(entry, hash);
  }

  /** The file came to this path with its folder: what is known of it under the earlier path is still so. */
  renamed(path: SyncPath, from: SyncPath, entry: FileEntry): void {
    this.#hashes.renamed(path, from, entry.fingerprint);
  }

  /** Reads a short file; `undefined` when it changed meanwhile. */
  read(path: SyncPath, entry: FileEntry): { state: FileState; bytes: Uint8Array<ArrayBuffer> } | undefined {
    const hashedAt = this.#scheduler.now();
    this.#disk.begin();
    const read = readWhole(this.#disk.entry(path));
    if (read === undefined) return undefined;
    return { state: this.#found(path, entry, read.fingerprint, read.hash, hashedAt), bytes: read.bytes };
  }

  /** Hashes a long file in steps; `undefined` when it changed meanwhile. */
  *hash(path: SyncPath, entry: FileEntry): Generator<undefined, FileState | undefined> {
    const hashedAt = this.#scheduler.now();
    this.#disk.begin();
    const read = yield* hashInBlocks(this.#disk.entry(path));
    return read === undefined ? undefined : this.#found(path, entry, read.fingerprint, read.hash, hashedAt);
  }

  /** Remembers the hash of a version that was read completely, beginning at `hashedAt`, when it had this fingerprint. */
  found(path: SyncPath, entry: FileEntry, file: HashedFile): FileState {
    return this.#found(path, entry, file.fingerprint, file.hash, file.hashedAt);
  }

  #found(path: SyncPath, entry: FileEntry, fingerprint: Fingerprint, hash: ContentHash, hashedAt: number): FileState {
    this.#hashes.set(path, { fingerprint, hash, hashedAt });
    const fresh: FileEntry = { ...entry, fingerprint };
    // A scan that came in between knows better.
    if (this.#tree.holds(path, entry)) this.#tree.set(path, fresh);
    return stateOf(fresh, hash);
  }
}

function stateOf({ fingerprint, executable }: FileEntry, hash: ContentHash): FileState {
  return { kind: 'file', hash, size: fingerprint.size, executable };
}
