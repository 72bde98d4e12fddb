import { type FSWatcher, mkdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toError } from '../../base/errors.ts';
import { parentSyncPath, readSyncPath, rootSyncPath, type SyncPath } from '../../base/paths.ts';
import { ownFolder } from '../core/defaultIgnore.ts';
import { errorCode } from '../replica/diskError.ts';
import type { TreeWatcher, WatchEvents } from './treeWatcher.ts';

/** How a `FolderWatcher` watches. */
export interface FolderWatcherOptions {
  /** A folder outside the tree that nobody else writes to; made when missing. Not used when watching recursively. */
  readonly markFolder: string;
  /** Whether one watch covers the whole tree. */
  readonly recursive?: boolean;
}

/**
 * Watches the folders of a tree. On Linux there is one watch per folder, because a recursive watch of Node costs one
 * per file; macOS and Windows watch the root recursively.
 *
 * Marks are files that come and go in a watched folder. On Linux all watches of a thread share one queue, so that
 * folder may be outside the tree; elsewhere each watch has its own, and marks have to be made inside the tree, where
 * no rule lets them be synced.
 */
export class FolderWatcher implements TreeWatcher {
  readonly #root: string;
  readonly #events: WatchEvents;
  readonly #recursive: boolean;
  readonly #markFolder: string;
  readonly #watchers = new Map<SyncPath, FSWatcher>();
  #markWatcher: FSWatcher | undefined;
  /** Why marks cannot be told of. */
  #noMarks: Error | undefined;

  constructor(root: string, events: WatchEvents, options: FolderWatcherOptions) {
    this.#root = root;
    this.#events = events;
    this.#recursive = options.recursive ?? process.platform !== 'linux';
    this.#markFolder = this.#recursive ? path.join(root, ownFolder, 'marks') : options.markFolder;
    // Before the tree's folders use up the watches that there are.
    if (!this.#recursive) this.#watchMarks();
  }

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
      if (errorCode(error) !== 'ENOENT') this.#lost(folder, toError(error));
    }
  }

  unwatch(folder: SyncPath): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  isWatching(folder: SyncPath): boolean {
    return this.#watchers.has(this.#recursive ? rootSyncPath : folder);
  }

  watched(): Iterable<SyncPath> {
    return this.#watchers.keys();
  }

  mark(number: number): void {
    if (this.#recursive) this.#makeMarkFolderInside();
    else if (this.#markWatcher === undefined) this.#watchMarks();
    if (this.#noMarks !== undefined) throw this.#noMarks;
    const file = path.join(this.#markFolder, String(number));
    writeFileSync(file, '');
    rmSync(file, { force: true });
  }

  dispose(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    this.#markWatcher?.close();
    this.#markWatcher = undefined;
  }

  #notice(folder: SyncPath, name: string | null): void {
    if (name === null) {
      // Windows says so when its buffer was too short for what happened.
      if (this.#recursive) this.#events.onLoss();
      else this.#events.onFolderHint(folder);
      return;
    }
    const hinted = readSyncPath(joinNative(folder, name));
    if (hinted === undefined) this.#events.onFolderHint(folder);
    else if (!this.#recursive || !isOwn(hinted)) this.#events.onHint(hinted);
    else if (parentSyncPath(hinted).endsWith('/marks')) this.#marked(name);
  }

  #marked(name: string): void {
    const number = Number(path.basename(name));
    if (Number.isInteger(number)) this.#events.onMark(number);
  }

  #lost(folder: SyncPath, error: Error): void {
    this.unwatch(folder);
    this.#events.onUnwatched(folder, error);
  }

  #watchMarks(): void {
    try {
      rmSync(this.#markFolder, { recursive: true, force: true });
      mkdirSync(this.#markFolder, { recursive: true });
      this.#markWatcher = watch(this.#markFolder, (_kind, name) => {
        if (name !== null) this.#marked(name);
      });
      this.#markWatcher.on('error', () => {
        this.#markWatcher?.close();
        this.#markWatcher = undefined;
      });
      this.#noMarks = undefined;
    } catch (error) {
      this.#noMarks = toError(error);
    }
  }

  /** Git is told to look away, because the folder is inside somebody's work. */
  #makeMarkFolderInside(): void {
    if (mkdirSync(this.#markFolder, { recursive: true }) === undefined) return;
    writeFileSync(path.join(this.#root, ownFolder, '.gitignore'), '*\n');
  }
}

function isOwn(path: SyncPath): boolean {
  return path === ownFolder || path.startsWith(`${ownFolder}/`);
}

function joinNative(folder: SyncPath, name: string): string {
  const relative = path.sep === '\\' ? name.replaceAll('\\', '/') : name;
  return folder === '' ? relative : `${folder}/${relative}`;
}
