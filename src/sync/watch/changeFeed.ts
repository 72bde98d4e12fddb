import type { Disposable } from '../../base/disposable.ts';
import { toError } from '../../base/errors.ts';
import { rootSyncPath, type SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { HashCache } from '../core/hashCache.ts';
import type { IgnoreRules } from '../core/ignoreRules.ts';
import type { SyncProblem, WatchTrouble } from '../core/status.ts';
import type { ConfinedFolder } from '../replica/confinedFolder.ts';
import { LocalFolder, RootMissing } from '../replica/localFolder.ts';
import { EmptiedFiles } from './emptiedFiles.ts';
import { Examiner } from './examiner.ts';
import { FullScans } from './fullScans.ts';
import { GitLock } from './gitLock.ts';
import { Hints } from './hints.ts';
import { Looks } from './looks.ts';
import { SecondLook } from './secondLook.ts';
import type { OpenWatcher } from './treeWatcher.ts';
import { Watching } from './watching.ts';

/** What a `ChangeFeed` tells. */
export interface ChangeFeedEvents {
  /**
   * These paths may differ from what was there before. `since` is when the first of them was noticed, epoch ms;
   * `saved` means that somebody told so after writing them.
   */
  onChanges(paths: ReadonlySet<SyncPath>, since: number, kind: 'changes' | 'saved'): void;
  /** What is below these paths is known from now on: what was not seen there is absent. */
  onSeen(paths: ReadonlySet<SyncPath>): void;
  onProblem(path: SyncPath, problem: SyncProblem | undefined): void;
  /** The folder is gone; nothing is reported until it is back. */
  onRootMissing(): void;
  onRootBack(): void;
  /** Changes are not all told of by the system, or (with `undefined`) are again. */
  onWatchTrouble(trouble: WatchTrouble | undefined): void;
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

type Steps = Generator<undefined, void>;

/** Notices what changes in a folder: by being told, by watching, and, trusting neither, by looking at it. */
export class ChangeFeed implements Disposable {
  readonly folder: LocalFolder;
  readonly #parts: ChangeFeedParts;
  readonly #watching: Watching;
  readonly #hints: Hints;
  readonly #looks: Looks;
  readonly #scans: FullScans;
  readonly #second: SecondLook;
  readonly #emptied: EmptiedFiles;
  readonly #examiner: Examiner;
  #seen = new Set<SyncPath>();
  #missing = false;
  #disposed = false;

  constructor(parts: ChangeFeedParts) {
    this.#parts = parts;
    const { scheduler, root } = parts;
    this.#looks = new Looks(scheduler, () => {
      parts.disk.release();
    });
    this.#watching = this.#watch();
    this.folder = this.#follow();
    const lock = new GitLock(root);
    this.#hints = new Hints({
      scheduler,
      isHeld: (isStorm) => lock.isHeld(scheduler.now(), isStorm),
      onBatch: ({ paths, folders, since }) => {
        this.#look('urgent', this.#examiner.hinted(paths, folders), since);
      },
      onStorm: () => {
        this.#scans.storm();
      },
      onLoss: () => {
        this.#scans.need();
      },
    });
    this.#scans = new FullScans({
      folder: this.folder,
      rules: parts.rules,
      looks: this.#looks,
      watching: this.#watching,
      lock,
      scheduler,
      waiting: () => this.#hints.waiting,
      onTick: () => {
        if (this.folder.unknown().length > 0) this.#look('patient', this.#examiner.unknown(), scheduler.now());
      },
      onScanned: (changed, since, error) => {
        if (error === undefined) this.#rootIsThere();
        else this.#failed(error);
        for (const path of this.#emptied.take()) changed.add(path);
        this.#report(changed, since);
      },
    });
    this.#second = new SecondLook(scheduler, (paths) => {
      this.#look('patient', this.#examiner.again(paths), scheduler.now());
    });
    this.#emptied = new EmptiedFiles(scheduler, (paths) => {
      this.#report(paths, scheduler.now());
    });
    this.#examiner = new Examiner({
      folder: this.folder,
      hashes: parts.hashes,
      second: this.#second,
      emptied: this.#emptied,
      onAnotherRoot: () => {
        this.#watching.unwatch(rootSyncPath);
      },
      onDoubt: (path) => {
        this.#looks.found(path);
      },
    });
  }

  /** Looks at everything; `then` is called when the changes found have been reported, not after `dispose`. */
  rescan(then: () => void = () => {}): void {
    this.#scans.scan(then);
  }

  /** Calls `then` when everything that is on the disk now has been reported; not after `dispose`. */
  catchUp(then: () => void): void {
    if (this.#watching.isBlind || this.#scans.isNeeded || this.#missing) {
      this.rescan(then);
      return;
    }
    this.#watching.ask((answer) => {
      if (answer !== 'answered') {
        this.rescan(then);
        return;
      }
      this.#hints.release();
      const since = this.#parts.scheduler.now();
      this.#look('urgent', this.#examiner.untold(this.#watching.untold()), since, () => {
        this.#report(this.#emptied.take(), since);
        this.#looks.afterAll(then);
      });
    });
  }

  /** Looks at one path now, in this turn, because somebody knows that it was just written. */
  saved(path: SyncPath): void {
    const since = this.#parts.scheduler.now();
    this.#hints.delete(path);
    this.#emptied.delete(path);
    this.#looks.now({
      steps: this.#examiner.saved(path),
      over: (changed, _cost, error) => {
        if (error !== undefined) this.#failed(error);
        this.#report(changed, since, 'saved');
      },
    });
  }

  /** Something may have changed at a path; it is looked at soon. */
  hint(path: SyncPath): void {
    this.#hints.add(path);
  }

  dispose(): void {
    this.#disposed = true;
    for (const part of [this.#hints, this.#scans, this.#second, this.#emptied, this.#watching, this.#looks]) {
      part.dispose();
    }
    this.folder.tree.clear();
  }

  #watch(): Watching {
    const { root, scheduler, openWatcher, events } = this.#parts;
    return new Watching({
      root,
      scheduler,
      openWatcher,
      onHint: (path) => {
        this.#scans.hinted(path);
        this.#hints.add(path);
      },
      onFolderHint: (folder) => {
        this.#scans.hintedIn(folder);
        this.#hints.addFolder(folder);
      },
      onLoss: () => {
        this.#scans.need();
      },
      onPoll: (folders) => {
        this.#look('patient', this.#examiner.hinted(new Set(), folders), scheduler.now(), (cost) => {
          this.#watching.looked(folders.size, cost);
        });
      },
      onTrouble: (trouble) => {
        this.#scans.trustChanged();
        events.onWatchTrouble(trouble);
      },
    });
  }

  #follow(): LocalFolder {
    const { disk, rules, hashes, events } = this.#parts;
    return new LocalFolder(disk, rules, hashes.paths, {
      onChange: (path) => {
        this.#looks.found(path);
      },
      onFolder: (folder) => {
        this.#watching.watch(folder);
      },
      onFolderGone: (folder) => {
        this.#watching.unwatch(folder);
      },
      onSeen: (path) => {
        this.#seen.add(path);
      },
      onProblem: (path, problem) => {
        events.onProblem(path, problem);
      },
    });
  }

  #look(kind: 'urgent' | 'patient', steps: Steps, since: number, then: (cost: number) => void = () => {}): void {
    this.#looks.add(kind, {
      steps,
      over: (changed, cost, error) => {
        if (error !== undefined) this.#failed(error);
        this.#holdBackEmptied(changed);
        this.#report(changed, since);
        then(cost);
      },
    });
  }

  /** A file that has just become empty waits for its content; one that is something else by now does not. */
  #holdBackEmptied(changed: Set<SyncPath>): void {
    for (const path of [...this.#emptied.waiting].filter((waiting) => changed.has(waiting))) {
      const entry = this.folder.tree.get(path);
      if (entry?.kind === 'file' && entry.fingerprint.size === 0) changed.delete(path);
      else this.#emptied.delete(path);
    }
  }

  #failed(error: unknown): void {
    if (error instanceof RootMissing) this.#rootIsMissing();
    else this.#parts.events.onFailure(toError(error));
  }

  /** Only a look at everything says that: any other leaves most of the folder unseen. */
  #rootIsThere(): void {
    if (!this.#missing) return;
    this.#missing = false;
    this.#scans.rootIsThere(true);
    this.#parts.events.onRootBack();
  }

  #report(changed: ReadonlySet<SyncPath>, since: number, kind: 'changes' | 'saved' = 'changes'): void {
    if (this.#disposed) return;
    this.#reportSeen();
    if (changed.size === 0) return;
    this.#scans.changed(this.#parts.scheduler.now());
    for (const path of changed) this.#watching.changed(path);
    this.#parts.events.onChanges(changed, since, kind);
  }

  #reportSeen(): void {
    const seen = this.#seen;
    if (seen.size === 0) return;
    this.#seen = new Set();
    this.#parts.events.onSeen(seen);
  }

  #rootIsMissing(): void {
    if (!this.#missing) this.#parts.events.onRootMissing();
    this.#missing = true;
    // What the look that found this did not come to is not known.
    this.#scans.need();
    // The watch belonged to the folder that is gone, not to one that may come back under its name.
    this.#watching.unwatch(rootSyncPath);
    this.#scans.rootIsThere(false);
  }
}
