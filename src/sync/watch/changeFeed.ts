import { type Disposable, DisposableStore } from '../../base/disposable.ts';
import { isAbortError, toError } from '../../base/errors.ts';
import { rootSyncPath, type SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { HashCache } from '../core/hashCache.ts';
import type { IgnoreRules } from '../core/ignoreRules.ts';
import type { SyncProblem } from '../core/status.ts';
import { StormGauge } from '../core/stormGauge.ts';
import type { ConfinedFolder } from '../replica/confinedFolder.ts';
import { LocalFolder, RootMissing } from '../replica/localFolder.ts';
import { runInSlices, runToEnd } from '../replica/slices.ts';
import type { OpenWatcher, TreeWatcher } from './treeWatcher.ts';

/** What a `ChangeFeed` tells. */
export interface ChangeFeedEvents {
  /**
   * These paths may differ from what was there before. `since` is when the first of them was noticed, epoch ms;
   * `saved` means that somebody told so after writing them.
   */
  onChanges(paths: ReadonlySet<SyncPath>, since: number, kind: 'changes' | 'saved'): void;
  onProblem(path: SyncPath, problem: SyncProblem | undefined): void;
  /** The folder is gone; nothing is reported until it is back. */
  onRootMissing(): void;
  onRootBack(): void;
  /** The system refused to watch a folder; it is looked at every few seconds instead. */
  onUnwatched(folder: SyncPath, error: Error): void;
  onFailure(error: Error): void;
}

/** What a `ChangeFeed` works with. */
export interface ChangeFeedParts {
  readonly root: string;
  readonly disk: ConfinedFolder;
  readonly rules: IgnoreRules;
  readonly hashes: HashCache;
  readonly scheduler: Scheduler;
  readonly openWatcher: OpenWatcher;
  readonly events: ChangeFeedEvents;
}

/** More hints than this in one turn mean that some were probably dropped. */
const overflowHints = 8000;
/** Everything is looked at again this long after a storm, and at this pace while nothing happens (ms). */
const afterStormMs = 30_000;
const idleRescanMs = 300_000;
const unwatchedPollMs = 2000;
const missingRootPollMs = 1000;
/** Editors empty a file before they write it: the empty version waits this long for the next one (ms). */
const emptiedWaitMs = 40;

/** Notices what changes in a folder: by watching, by being told, and by looking at everything now and then. */
export class ChangeFeed implements Disposable {
  readonly folder: LocalFolder;
  readonly #parts: ChangeFeedParts;
  readonly #watcher: TreeWatcher;
  readonly #gauge = new StormGauge();
  readonly #closing = new AbortController();
  readonly #timers = new DisposableStore();
  readonly #unwatched = new Set<SyncPath>();
  readonly #emptied = new Set<SyncPath>();
  #changed = new Set<SyncPath>();
  #hints = new Set<SyncPath>();
  #folderHints = new Set<SyncPath>();
  #since: number | undefined;
  #hintsThisTurn = 0;
  #wake: Disposable | undefined;
  #turnDue = false;
  #missing = false;
  #nextRescan: { readonly at: number; readonly timer: Disposable } | undefined;
  readonly #queue: (() => Promise<void>)[] = [];

  constructor(parts: ChangeFeedParts) {
    this.#parts = parts;
    this.#watcher = parts.openWatcher(parts.root, {
      onHint: (path) => {
        this.hint(path);
      },
      onFolderHint: (folder) => {
        this.#folderHint(folder);
      },
      onUnwatched: (folder, error) => {
        this.#poll(folder, error);
      },
    });
    this.folder = new LocalFolder(parts.disk, parts.rules, {
      onChange: (path) => this.#changed.add(path),
      onFolder: (folder) => {
        if (!this.#unwatched.has(folder)) this.#watcher.watch(folder);
      },
      onFolderGone: (folder) => {
        this.#watcher.unwatch(folder);
        this.#unwatched.delete(folder);
      },
      onProblem: (path, problem) => {
        parts.events.onProblem(path, problem);
      },
    });
    this.#rescanLater(idleRescanMs);
  }

  /** Looks at everything; `then` is called when the changes found have been reported, not after `dispose`. */
  rescan(then: () => void = () => {}): void {
    this.#enqueue(() => this.#scanEverything(), this.#parts.scheduler.now(), then);
  }

  /** Looks at one path now, in this turn, because somebody knows that it was just written. */
  saved(path: SyncPath): void {
    const since = this.#parts.scheduler.now();
    this.#guard(() => {
      runToEnd(this.folder.examine(path));
      this.#noteRacy(path);
    });
    this.#hints.delete(path);
    this.#report(since, 'saved');
  }

  /** Something may have changed at a path; it is looked at soon. */
  hint(path: SyncPath): void {
    this.#since ??= this.#parts.scheduler.now();
    this.#hints.add(path);
    this.#hintsThisTurn++;
    this.#lookAfterThisTurn();
  }

  dispose(): void {
    this.#closing.abort();
    this.#watcher.dispose();
    this.#timers.dispose();
    this.#wake?.dispose();
  }

  #folderHint(folder: SyncPath): void {
    this.#since ??= this.#parts.scheduler.now();
    this.#folderHints.add(folder);
    this.#lookAfterThisTurn();
  }

  /** Waits until all events that are there have been delivered, then asks the gauge how long to wait on. */
  #lookAfterThisTurn(): void {
    if (this.#turnDue) return;
    this.#turnDue = true;
    this.#parts.scheduler.soon(() => {
      this.#turnDue = false;
      if (this.#closing.signal.aborted) return;
      if (this.#hintsThisTurn > overflowHints) this.#folderHints.add(rootSyncPath);
      const wait = this.#gauge.note(this.#hintsThisTurn, this.#parts.scheduler.now());
      this.#hintsThisTurn = 0;
      this.#wake?.dispose();
      if (wait === 0) this.#look(false);
      else {
        this.#rescanLater(afterStormMs);
        this.#wake = this.#parts.scheduler.after(wait, () => {
          this.#look(true);
        });
      }
    });
  }

  #look(quiet: boolean): void {
    const [paths, folders, since] = [this.#hints, this.#folderHints, this.#since];
    if (paths.size === 0 && folders.size === 0) return;
    this.#hints = new Set();
    this.#folderHints = new Set();
    this.#since = undefined;
    this.#gauge.looked(quiet);
    this.#enqueue(() => this.#examineAll(paths, folders), since ?? this.#parts.scheduler.now());
  }

  *#scanEverything(): Generator<undefined, void> {
    yield* this.folder.scan(rootSyncPath);
    for (const path of this.#emptied) this.#changed.add(path);
    this.#emptied.clear();
  }

  *#examineAll(paths: ReadonlySet<SyncPath>, folders: ReadonlySet<SyncPath>): Generator<undefined, void> {
    if (this.folder.isAnotherRoot()) {
      this.#watcher.unwatch(rootSyncPath);
      yield* this.#scanEverything();
    }
    for (const folder of folders) {
      if (folder === rootSyncPath || this.folder.tree.isFolder(folder)) yield* this.folder.scan(folder);
    }
    for (const path of paths) {
      const before = this.#sizeOf(path);
      yield* this.folder.examine(path);
      this.#noteRacy(path);
      if (this.#sizeOf(path) === 0 && before !== undefined && before > 0) this.#waitForContent(path);
      yield;
    }
  }

  /** A file that was hashed right after it was written may have been written again without a trace in its times. */
  #noteRacy(path: SyncPath): void {
    const entry = this.folder.tree.get(path);
    if (entry?.kind === 'file' && this.#parts.hashes.find(path, entry.fingerprint) === undefined)
      this.#changed.add(path);
  }

  #waitForContent(path: SyncPath): void {
    this.#changed.delete(path);
    this.#emptied.add(path);
    this.#later(emptiedWaitMs, () => {
      if (!this.#emptied.delete(path)) return;
      this.#changed.add(path);
      this.#report(this.#parts.scheduler.now());
    });
  }

  #sizeOf(path: SyncPath): number | undefined {
    const entry = this.folder.tree.get(path);
    return entry?.kind === 'file' ? entry.fingerprint.size : undefined;
  }

  /** Runs one look after the other; each starts in this turn when nothing else is running. */
  #enqueue(steps: () => Generator<undefined, void>, since: number, then: () => void = () => {}): void {
    this.#queue.push(async () => {
      await this.#run(steps);
      if (this.#closing.signal.aborted) return;
      this.#report(since);
      then();
    });
    if (this.#queue.length === 1) this.#runQueue();
  }

  #runQueue(): void {
    const [next] = this.#queue;
    if (next === undefined) return;
    next()
      .catch((error: unknown) => {
        this.#parts.events.onFailure(toError(error));
      })
      .finally(() => {
        this.#queue.shift();
        this.#runQueue();
      });
  }

  async #run(steps: () => Generator<undefined, void>): Promise<void> {
    try {
      await runInSlices(steps(), this.#parts.scheduler, this.#closing.signal, () => {
        this.#parts.disk.release();
      });
      this.#rootIsThere();
    } catch (error) {
      if (error instanceof RootMissing) this.#rootIsMissing();
      else if (!isAbortError(error)) throw error;
    }
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof RootMissing)) throw error;
      this.#rootIsMissing();
    } finally {
      this.#parts.disk.release();
    }
  }

  #report(since: number, kind: 'changes' | 'saved' = 'changes'): void {
    if (this.#changed.size === 0 || this.#closing.signal.aborted) return;
    const changed = this.#changed;
    this.#changed = new Set();
    this.#parts.events.onChanges(changed, since, kind);
  }

  #rootIsMissing(): void {
    if (!this.#missing) this.#parts.events.onRootMissing();
    this.#missing = true;
    // The watch belonged to the folder that is gone, not to one that may come back under its name.
    this.#watcher.unwatch(rootSyncPath);
    this.#rescanLater(missingRootPollMs);
  }

  #rootIsThere(): void {
    if (this.#missing) this.#parts.events.onRootBack();
    this.#missing = false;
  }

  #poll(folder: SyncPath, error: Error): void {
    if (this.#unwatched.size === 0) this.#pollLater();
    this.#unwatched.add(folder);
    this.#parts.events.onUnwatched(folder, error);
  }

  #pollLater(): void {
    this.#later(unwatchedPollMs, () => {
      for (const folder of this.#unwatched) this.#folderHint(folder);
      if (this.#unwatched.size > 0) this.#pollLater();
    });
  }

  #rescanLater(milliseconds: number): void {
    const at = this.#parts.scheduler.now() + milliseconds;
    if (this.#nextRescan !== undefined && this.#nextRescan.at <= at) return;
    if (this.#nextRescan !== undefined) this.#timers.release(this.#nextRescan.timer);
    const timer = this.#later(milliseconds, () => {
      this.#nextRescan = undefined;
      this.#rescanLater(idleRescanMs);
      this.rescan();
    });
    this.#nextRescan = { at, timer };
  }

  #later(milliseconds: number, work: () => void): Disposable {
    const timer = this.#parts.scheduler.after(milliseconds, () => {
      this.#timers.release(timer);
      work();
    });
    return this.#timers.add(timer);
  }
}
