import { joinSyncPath, parentSyncPath, type SyncPath, syncPathName } from '../../base/paths.ts';
import type { FolderDigest, ListedEntry } from '../../protocol/frame.ts';
import type { PathState } from '../../protocol/pathState.ts';

import { NoSuchParent } from './confinedFolder.ts';
import { errorCode } from './diskError.ts';
import { KeepsChanging, NotSyncable, type Observer } from './observer.ts';
import type { ReplicaState } from './replicaState.ts';

/** What a volume holds of what workspaces put there and of what else is asked for, as one workspace sees it. */
export class Inventory {
  readonly #folders: ReadonlyMap<SyncPath, ListedEntry[]>;

  private constructor(folders: ReadonlyMap<SyncPath, ListedEntry[]>) {
    this.#folders = folders;
  }

  /**
   * Looks at every path of the ledger and at `others`, reading only files whose fingerprint changed. Pauses after each
   * path.
   */
  static *take(
    state: ReplicaState,
    observer: Observer,
    workspaceId: string,
    others: Iterable<SyncPath> = [],
  ): Generator<undefined, Inventory> {
    const folders = new Map<SyncPath, ListedEntry[]>();
    const paths = new Set<SyncPath>();
    for (const [path] of state.ledger.entries()) paths.add(path);
    for (const path of others) paths.add(path);
    for (const path of paths) {
      const current = yield* observeOrUnknown(observer, path);
      yield;
      if (current !== undefined) state.ledger.resolve(path, current);
      const entry = state.ledger.get(path);
      const put = entry?.owner === workspaceId ? entry.put : undefined;
      const seen = current ?? entry?.put;
      if (seen === undefined || (seen.kind === 'absent' && put === undefined)) continue;
      const listed: ListedEntry = { name: syncPathName(path), put, current: seen };
      const siblings = folders.get(parentSyncPath(path));
      if (siblings === undefined) folders.set(parentSyncPath(path), [listed]);
      else siblings.push(listed);
    }
    return new Inventory(folders);
  }

  /** One digest for each folder that holds something listed. */
  digests(digest: (entries: readonly ListedEntry[]) => string): FolderDigest[] {
    return [...this.#folders].map(([path, entries]) => ({ path, digest: digest(entries) }));
  }

  /** Everything listed. */
  *all(): Generator<[SyncPath, ListedEntry]> {
    for (const [folder, entries] of this.#folders) {
      for (const entry of entries) yield [joinSyncPath(folder, entry.name), entry];
    }
  }

  /** The listed children of a folder. */
  entries(folder: SyncPath): readonly ListedEntry[] {
    return this.#folders.get(folder) ?? [];
  }
}

/** What is at a path, or `undefined` when the disk does not say: then what was recorded is believed. */
function* observeOrUnknown(observer: Observer, path: SyncPath): Generator<undefined, PathState | undefined> {
  try {
    return (yield* observer.observeSlowly(path)).state;
  } catch (error) {
    if (error instanceof NoSuchParent) return { kind: 'absent' };
    if (error instanceof NotSyncable || error instanceof KeepsChanging || errorCode(error) !== '') return undefined;
    throw error;
  }
}
