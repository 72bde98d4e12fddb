import type { Disposable } from '../../base/disposable.ts';
import { parentSyncPath, rootSyncPath, type SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { WatchTrouble } from '../core/status.ts';
import { errorCode } from '../replica/diskError.ts';
import { remoteFileSystem } from './fileSystem.ts';
import { type MarkAnswer, Marks } from './marks.ts';
import { PolledFolders } from './polledFolders.ts';
import type { OpenWatcher, TreeWatcher } from './treeWatcher.ts';

/** What `Watching` works with and tells. */
export interface WatchingParts {
  readonly root: string;
  readonly scheduler: Scheduler;
  readonly openWatcher: OpenWatcher;
  readonly onHint: (path: SyncPath) => void;
  readonly onFolderHint: (folder: SyncPath) => void;
  /** Notices were lost: everything has to be looked at. */
  readonly onLoss: () => void;
  /** These folders have to be looked at now, because nothing tells of them; `looked` is to be told what that cost. */
  readonly onPoll: (folders: ReadonlySet<SyncPath>) => void;
  readonly onTrouble: (trouble: WatchTrouble | undefined) => void;
}

/** Folders that are not told of are looked at this often, with at most so much of a processor (ms). */
const pollMs = 2000;
const pollBudgetMs = 100;
/** How often the system is asked again for watches that it refused, and for how many folders at a time. */
const retryMs = 30_000;
const retriesAtOnce = 500;
/** How often the watcher has to prove that it tells anything (ms). */
const probeMs = 30_000;

const none: ReadonlySet<SyncPath> = new Set();

/** Has a tree watched as far as the system allows, finds out where it does not, and has that looked at in turn. */
export class Watching implements Disposable {
  readonly #parts: WatchingParts;
  readonly #marks: Marks;
  readonly #polled = new PolledFolders();
  #watcher: TreeWatcher;
  #remoteDisk: string | undefined;
  #silences = 0;
  #missed = false;
  #told: WatchTrouble | undefined;
  #usedUp = false;
  #poll: Disposable | undefined;
  #polling = false;
  #nextRetry = 0;
  #lastProof: number;

  constructor(parts: WatchingParts) {
    this.#parts = parts;
    this.#lastProof = parts.scheduler.now();
    this.#watcher = this.#open();
    this.#marks = new Marks(parts.scheduler, (number) => {
      this.#watcher.mark(number);
    });
  }

  /** Whether changes are not told of at all, or not reliably. */
  get isBlind(): boolean {
    return this.#remoteDisk !== undefined || this.#missed || this.#silences > 1;
  }

  watch(folder: SyncPath): void {
    if (folder === '') this.#rootFound();
    if (!this.#polled.has(folder)) this.#watcher.watch(folder);
  }

  unwatch(folder: SyncPath): void {
    this.#watcher.unwatch(folder);
    this.#polled.delete(folder);
  }

  /** Whether changes in the folder are told of, as far as is known. */
  isTold(folder: SyncPath): boolean {
    return this.#watcher.isWatching(folder);
  }

  /** Folders that nothing tells of. */
  untold(): Iterable<SyncPath> {
    return this.#polled.all();
  }

  /** Asks for a notice of something done now; when `then` hears that it came, everything before has been told. */
  ask(then: (answer: MarkAnswer) => void): void {
    this.#marks.ask((answer) => {
      if (answer === 'answered') this.#proven();
      else if (answer === 'silent') this.#silent();
      then(answer);
    });
  }

  /** Has the watcher prove itself if it is time to; `now` is epoch milliseconds. */
  probe(now: number): void {
    if (now - this.#lastProof < probeMs) return;
    this.#lastProof = now;
    this.ask(() => {});
  }

  /** Changes were found that nothing told of, although they are in folders that are watched. */
  missed(): void {
    this.#missed = true;
    this.#tell();
  }

  /** Something changed at a path. */
  changed(path: SyncPath): void {
    if (this.#poll !== undefined) this.#polled.changed(parentSyncPath(path), this.#parts.scheduler.now());
  }

  /** What looking at polled folders took, in milliseconds. */
  looked(folders: number, cost: number): void {
    this.#polling = false;
    this.#polled.looked(folders, cost);
  }

  dispose(): void {
    this.#watcher.dispose();
    this.#marks.dispose();
    this.#poll?.dispose();
  }

  #open(): TreeWatcher {
    const { root, openWatcher, onHint, onFolderHint, onLoss } = this.#parts;
    return openWatcher(root, {
      onHint,
      onFolderHint,
      onLoss,
      onUnwatched: (folder, error) => {
        this.#refused(folder, error);
      },
      onMark: (number) => {
        this.#marks.noticed(number);
      },
    });
  }

  #rootFound(): void {
    const fileSystem = remoteFileSystem(this.#parts.root);
    if (fileSystem === this.#remoteDisk) return;
    this.#remoteDisk = fileSystem;
    this.#tell();
  }

  #proven(): void {
    this.#lastProof = this.#parts.scheduler.now();
    if (this.#silences === 0) return;
    this.#silences = 0;
    this.#tell();
  }

  /** A watcher that tells nothing gets a successor; if that tells nothing either, it is done without. */
  #silent(): void {
    this.#silences++;
    if (this.#silences === 1) {
      this.#watcher.dispose();
      this.#polled.clear();
      this.#watcher = this.#open();
    }
    if (this.#silences <= 2) this.#parts.onLoss();
    this.#tell();
  }

  #refused(folder: SyncPath, error: Error): void {
    this.#polled.add(folder);
    if (['ENOSPC', 'EMFILE', 'ENFILE', 'ENOMEM'].includes(errorCode(error))) this.#usedUp = true;
    this.#nextRetry = this.#parts.scheduler.now() + retryMs;
    this.#tell();
  }

  #tell(): void {
    const needsPolling = this.isBlind || this.#polled.size > 0;
    if (needsPolling) this.#poll ??= this.#pollLater();
    const trouble = this.#trouble();
    if (JSON.stringify(trouble) === JSON.stringify(this.#told)) return;
    this.#told = trouble;
    this.#parts.onTrouble(trouble);
  }

  #trouble(): WatchTrouble | undefined {
    if (this.#remoteDisk !== undefined) return { kind: 'remoteDisk', fileSystem: this.#remoteDisk };
    if (this.isBlind) return { kind: 'silent' };
    return this.#usedUp ? { kind: 'watchesUsedUp' } : undefined;
  }

  #pollLater(): Disposable {
    return this.#parts.scheduler.after(pollMs, () => {
      this.#poll = undefined;
      const now = this.#parts.scheduler.now();
      if (now >= this.#nextRetry) this.#tryAgain(now);
      const due = this.#polling ? none : this.#polled.next(now, pollBudgetMs, this.isBlind);
      this.#watchHot(due, now);
      this.#usedUp &&= this.#polled.size > 0;
      this.#tell();
      if (due.size === 0) return;
      this.#polling = true;
      this.#parts.onPoll(due);
    });
  }

  /** Others may have given watches back. */
  #tryAgain(now: number): void {
    this.#nextRetry = now + retryMs;
    for (const folder of [...this.#polled.all()].slice(0, retriesAtOnce)) {
      if (!this.#takeWatch(folder)) return;
      this.#parts.onFolderHint(folder);
    }
  }

  /** A folder in which something happens gets the watch of one in which nothing does. It is looked at after that. */
  #watchHot(due: ReadonlySet<SyncPath>, now: number): void {
    if (!this.#usedUp) return;
    const idle = this.#watcher.watched()[Symbol.iterator]();
    for (const folder of due) {
      if (!this.#polled.has(folder) || !this.#polled.isHot(folder, now)) continue;
      let victim = idle.next();
      while (victim.done !== true && (victim.value === rootSyncPath || this.#polled.isHot(victim.value, now)))
        victim = idle.next();
      if (victim.done === true) return;
      this.#watcher.unwatch(victim.value);
      this.#polled.add(victim.value);
      if (!this.#takeWatch(folder)) return;
    }
  }

  /** Answers whether the system gave a watch for a folder that was polled until now. */
  #takeWatch(folder: SyncPath): boolean {
    this.#polled.delete(folder);
    this.#watcher.watch(folder);
    return !this.#polled.has(folder);
  }
}
