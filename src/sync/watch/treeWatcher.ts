import type { Disposable } from '../../base/disposable.ts';
import type { SyncPath } from '../../base/paths.ts';

/** What a watcher tells. Everything is a hint to look at the disk, never a fact about it. */
export interface WatchEvents {
  /** Something may have changed at this path. */
  onHint(path: SyncPath): void;
  /** Something may have changed among a folder's children; which one is not known. */
  onFolderHint(folder: SyncPath): void;
  /** A folder cannot be watched, e.g. because the system's watches are used up: it has to be looked at by polling. */
  onUnwatched(folder: SyncPath, error: Error): void;
}

/** Tells of changes in the folders of one tree. */
export interface TreeWatcher extends Disposable {
  /** Starts to watch a folder; its content has to be looked at after that, not before. */
  watch(folder: SyncPath): void;
  unwatch(folder: SyncPath): void;
}

/** Makes the watcher of a tree; `root` is an absolute path. */
export type OpenWatcher = (root: string, events: WatchEvents) => TreeWatcher;
