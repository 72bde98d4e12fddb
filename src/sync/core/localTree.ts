import { joinSyncPath, type SyncPath } from '../../base/paths.ts';
import type { Executable } from '../../protocol/pathState.ts';
import type { Fingerprint } from './fingerprint.ts';
import { FingerprintColumn } from './fingerprintColumn.ts';
import { grown, grownSize, noPath, PathTable } from './pathTable.ts';

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

const executables: readonly Executable[] = ['no', 'yes', 'keep'];
const nothing = 0;
const kinds = { folder: 1, link: 2, file: 3 } as const;

/** All synced paths of a folder as last scanned. Only results of scans enter; the root itself is not an entry. */
export class LocalTree {
  /** Where the numbers of its paths come from. */
  readonly paths: PathTable;
  /** `nothing`, or a kind; for files with the executable bit added. */
  #kinds = new Uint8Array(0);
  readonly #fingerprints = new FingerprintColumn();
  readonly #targets = new Map<number, string>();
  #size = 0;

  constructor(paths = new PathTable()) {
    this.paths = paths;
  }

  get size(): number {
    return this.#size;
  }

  get(path: SyncPath): TreeEntry | undefined {
    const number = this.#find(path);
    return number === noPath ? undefined : this.#entry(number);
  }

  /** Whether the path is in the tree with just this entry. */
  holds(path: SyncPath, entry: TreeEntry): boolean {
    const number = this.#find(path);
    if (number === noPath || this.#kinds[number] !== kindOf(entry)) return false;
    if (entry.kind === 'link') return this.#targets.get(number) === entry.target;
    return this.#fingerprints.isSame(number, fingerprintOf(entry));
  }

  /** The kind of what is at a path. */
  kind(path: SyncPath): TreeEntry['kind'] | undefined {
    const number = this.#find(path);
    return number === noPath ? undefined : kindName(this.#kinds[number] ?? nothing);
  }

  /** Whether the path is the root or a folder in the tree. */
  isFolder(path: SyncPath): boolean {
    return path === '' || this.kind(path) === 'folder';
  }

  /** Names of a folder's direct children; none for anything else. */
  *children(folder: SyncPath): Generator<string> {
    const number = this.paths.find(folder);
    if (number === noPath) return;
    for (const child of this.paths.children(number)) if (this.#has(child)) yield this.paths.name(child);
  }

  *entries(): Generator<[SyncPath, TreeEntry]> {
    for (let number = 1; number < this.paths.end; number++) {
      if (this.#has(number)) yield [this.paths.path(number), this.#entry(number)];
    }
  }

  /** Sets an entry whose containing folder is in the tree. What was below a folder that becomes something else must be removed first. */
  set(path: SyncPath, entry: TreeEntry): void {
    const number = this.paths.number(path);
    if (number >= this.#kinds.length) this.#kinds = grown(this.#kinds, new Uint8Array(grownSize(number + 1)));
    if (!this.#has(number)) {
      this.paths.retain(number);
      this.#size++;
    }
    this.#kinds[number] = kindOf(entry);
    if (entry.kind === 'link') this.#targets.set(number, entry.target);
    else {
      this.#targets.delete(number);
      this.#fingerprints.set(number, fingerprintOf(entry));
    }
  }

  /** Removes a path and everything below it; gives what was removed, containing folders first. */
  remove(path: SyncPath): SyncPath[] {
    if (this.#find(path) === noPath) return [];
    const removed: SyncPath[] = [];
    const pending = [path];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      removed.push(next);
      for (const name of this.children(next)) pending.push(joinSyncPath(next, name));
    }
    for (const gone of removed.toReversed()) this.#delete(this.paths.find(gone));
    return removed;
  }

  /** Forgets everything. */
  clear(): void {
    for (let number = 1; number < this.#kinds.length; number++) if (this.#has(number)) this.#delete(number);
  }

  #find(path: SyncPath): number {
    const number = path === '' ? noPath : this.paths.find(path);
    return number !== noPath && this.#has(number) ? number : noPath;
  }

  #has(number: number): boolean {
    return (this.#kinds[number] ?? nothing) !== nothing;
  }

  #entry(number: number): TreeEntry {
    const kind = this.#kinds[number] ?? nothing;
    const fingerprint = this.#fingerprints.get(number);
    switch (kindName(kind)) {
      case 'folder':
        return { kind: 'folder', identity: { inode: fingerprint.inode, bornNs: fingerprint.mtimeNs } };
      case 'link':
        return { kind: 'link', target: this.#targets.get(number) ?? '' };
      case 'file':
      case undefined:
        return { kind: 'file', fingerprint, executable: executables[kind - kinds.file] ?? 'keep' };
    }
  }

  #delete(number: number): void {
    this.#kinds[number] = nothing;
    this.#targets.delete(number);
    this.#size--;
    this.paths.release(number);
  }
}

function kindOf(entry: TreeEntry): number {
  return entry.kind === 'file' ? kinds.file + executables.indexOf(entry.executable) : kinds[entry.kind];
}

function kindName(kind: number): TreeEntry['kind'] | undefined {
  if (kind >= kinds.file) return 'file';
  return kind === kinds.folder ? 'folder' : kind === kinds.link ? 'link' : undefined;
}

/** What is remembered of a file or a folder; of a folder only what tells it from others. */
function fingerprintOf(entry: Exclude<TreeEntry, { kind: 'link' }>): Fingerprint {
  if (entry.kind === 'file') return entry.fingerprint;
  return { mtimeNs: entry.identity.bornNs, ctimeNs: 0n, inode: entry.identity.inode, size: 0 };
}
