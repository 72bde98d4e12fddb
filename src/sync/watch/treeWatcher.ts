import type { Disposable } from '../../base/disposable.ts';
import type { SyncPath } from '../../base/paths.ts';

/** What a watcher tells. Everything is a hint to look at the disk, never a fact about it. */
export interface WatchEvents {
  /** Something may have changed at this path. */
  onHint(path: SyncPath): void;
  /** Something may have changed among a folder's direct children; which one is not known. */
  onFolderHint(folder: SyncPath): void;
  /** Notices were lost; what they were about is not known. */
  onLoss(): void;
  /** A folder cannot be watched, e.g. because the system's watches are used up: it has to be looked at by polling. */
  onUnwatched(folder: SyncPath, error: Error): void;
  /** What `mark` did was told of, and so was everything before it. */
  onMark(number: number): void;
}

/** Tells of changes in the folders of one tree. */
export interface TreeWatcher extends Disposable {
  /** Starts to watch a folder, unless it is; its content has to be looked at after that, not before. */
  watch(folder: SyncPath): void;
  unwatch(folder: SyncPath): void;
  /** Whether a folder is watched, by itself or with all others. */
  isWatching(folder: SyncPath): boolean;
  /** The folders that have a watch of their own. */
  watched(): Iterable<SyncPath>;
  /** Does something that is told of by `onMark`, if anything is told of at all. Throws the disk's error. */
  mark(number: number): void;
}

/** Makes the watcher of a tree; `root` is an absolute path. */
export type OpenWatcher = (root: string, events: WatchEvents) => TreeWatcher;
