import { joinSyncPath, parentSyncPath, rootSyncPath, type SyncPath, syncPathName } from '../../base/paths.ts';
import type { Executable } from '../../protocol/pathState.ts';
import type { Fingerprint } from './fingerprint.ts';

/** What a scan found at one path that is synced. */
export type TreeEntry =
  | { readonly kind: 'folder'; readonly identity: FolderIdentity }
  | { readonly kind: 'file'; readonly fingerprint: Fingerprint; readonly executable: Executable }
  | { readonly kind: 'link'; readonly target: string };

/** Tells a folder from another one that took its name; a watch belongs to the folder, not to the name. */
export interface FolderIdentity {
  readonly inode: bigint;
  readonly bornNs: bigint;
}

/** All synced paths of a folder as last scanned. Only results of scans enter; the root itself is not an entry. */
export class LocalTree {
  readonly #entries = new Map<SyncPath, TreeEntry>();
  readonly #children = new Map<SyncPath, Set<string>>([[rootSyncPath, new Set()]]);

  get size(): number {
    return this.#entries.size;
  }

  get(path: SyncPath): TreeEntry | undefined {
    return this.#entries.get(path);
  }

  /** Whether the path is the root or a folder in the tree. */
  isFolder(path: SyncPath): boolean {
    return path === '' || this.#entries.get(path)?.kind === 'folder';
  }

  /** Names of a folder's direct children; none for anything else. */
  children(folder: SyncPath): Iterable<string> {
    return this.#children.get(folder) ?? [];
  }

  entries(): Iterable<[SyncPath, TreeEntry]> {
    return this.#entries;
  }

  /** Sets an entry whose containing folder is in the tree. What was below a folder that becomes something else must be removed first. */
  set(path: SyncPath, entry: TreeEntry): void {
    this.#entries.set(path, entry);
    this.#children.get(parentSyncPath(path))?.add(syncPathName(path));
    if (entry.kind === 'folder' && !this.#children.has(path)) this.#children.set(path, new Set());
  }

  /** Removes a path and everything below it; gives what was removed, containing folders first. */
  remove(path: SyncPath): SyncPath[] {
    if (!this.#entries.has(path)) return [];
    this.#children.get(parentSyncPath(path))?.delete(syncPathName(path));
    const removed: SyncPath[] = [];
    const pending = [path];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      removed.push(next);
      for (const name of this.children(next)) pending.push(joinSyncPath(next, name));
      this.#children.delete(next);
      this.#entries.delete(next);
    }
    return removed;
  }
}
