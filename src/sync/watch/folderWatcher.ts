import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';
import { readSyncPath, type SyncPath } from '../../base/paths.ts';
import { errorCode } from '../replica/diskError.ts';
import type { TreeWatcher, WatchEvents } from './treeWatcher.ts';

/**
 * Watches the folders of a tree. On Linux there is one watch per folder, because a recursive watch of Node costs one
 * per file; macOS and Windows watch the root recursively.
 */
export class FolderWatcher implements TreeWatcher {
  readonly #root: string;
  readonly #events: WatchEvents;
  readonly #recursive: boolean;
  readonly #watchers = new Map<SyncPath, FSWatcher>();

  constructor(root: string, events: WatchEvents, recursive = process.platform !== 'linux') {
    this.#root = root;
    this.#events = events;
    this.#recursive = recursive;
  }

  /** Starts to watch a folder; its content has to be looked at after that, not before. */
  watch(folder: SyncPath): void {
    if (this.#watchers.has(folder) || (this.#recursive && folder !== '')) return;
    try {
      const options = { persistent: true, recursive: this.#recursive };
      const watcher = watch(path.join(this.#root, folder), options, (_kind, name) => {
        this.#notice(folder, name);
      });
      watcher.on('error', (error) => {
        this.#lost(folder, error);
      });
      this.#watchers.set(folder, watcher);
    } catch (error) {
      // A folder that is gone again needs no watch: its parent reports that.
      if (errorCode(error) !== 'ENOENT') this.#lost(folder, error instanceof Error ? error : new Error(String(error)));
    }
  }

  unwatch(folder: SyncPath): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  dispose(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #notice(folder: SyncPath, name: string | null): void {
    const hinted = name === null ? undefined : readSyncPath(joinNative(folder, name));
    if (hinted === undefined) this.#events.onFolderHint(folder);
    else this.#events.onHint(hinted);
  }

  #lost(folder: SyncPath, error: Error): void {
    this.unwatch(folder);
    this.#events.onUnwatched(folder, error);
  }
}

function joinNative(folder: SyncPath, name: string): string {
  const relative = path.sep === '\\' ? name.replaceAll('\\', '/') : name;
  return folder === '' ? relative : `${folder}/${relative}`;
}
