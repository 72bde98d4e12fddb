import { mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { Log } from '../../base/log.ts';
import { readSyncPath, type SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { IgnoreRules } from '../core/ignoreRules.ts';
import { unseal } from '../link/frames.ts';
import { ConfinedFolder } from '../replica/confinedFolder.ts';
import { LocalContent } from '../replica/localContent.ts';
import { ReplicaState } from '../replica/replicaState.ts';
import { ChangeFeed } from '../watch/changeFeed.ts';
import type { OpenWatcher } from '../watch/treeWatcher.ts';
import { Flushes } from './flushes.ts';
import { Outbox } from './outbox.ts';
import { ProblemList } from './problemList.ts';
import { Progress } from './progress.ts';
import { folderEmpty, folderMissing, notEverythingArrived } from './pushErrors.ts';
import { Pusher } from './pusher.ts';
import type { FromWorker, PlainUserError, ToWorker, WorkerSettings } from './workerMessages.ts';

/** How often what was learned about files is saved, in milliseconds. */
const saveMs = 5000;

/** What a `PushSide` works with. */
export interface PushSideParts {
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly openWatcher: OpenWatcher;
}

/** The local half of a push: the folder, its watcher, and the decisions. Knows nothing of sockets. */
export class PushSide {
  readonly #settings: WorkerSettings;
  readonly #post: (message: FromWorker) => void;
  readonly #log: Log;
  readonly #scheduler: Scheduler;
  readonly #openWatcher: OpenWatcher;
  readonly #disk: ConfinedFolder;
  readonly #state: ReplicaState;
  readonly #feed: ChangeFeed;
  readonly #problems: ProblemList;
  readonly #progress: Progress;
  readonly #pusher: Pusher;
  readonly #flushes: Flushes;
  #credit: number | undefined;
  #isScanned = false;
  #missing = false;
  #blocked: PlainUserError | undefined;
  #saving = { dispose: (): void => {} };

  constructor(settings: WorkerSettings, post: (message: FromWorker) => void, parts: PushSideParts) {
    const { scheduler, log, openWatcher } = parts;
    this.#settings = settings;
    this.#post = post;
    this.#scheduler = scheduler;
    this.#log = log;
    this.#openWatcher = openWatcher;
    mkdirSync(settings.stateDir, { recursive: true });
    this.#disk = new ConfinedFolder(settings.root);
    this.#state = new ReplicaState(path.join(settings.stateDir, 'journal'));
    this.#problems = new ProblemList(scheduler, (problems) => {
      post({ kind: 'problems', problems });
    });
    this.#progress = new Progress(scheduler, (activity) => {
      post({ kind: 'activity', activity });
    });
    this.#flushes = new Flushes((id, error) => {
      post({ kind: 'flushed', id, error });
    });
    this.#feed = this.#makeFeed();
    this.#pusher = this.#makePusher();
    this.#saveLater();
  }

  /** Looks at the folder for the first time; what is found is sent as soon as there is a connection. */
  start(): void {
    this.#progress.scanning();
    this.#feed.rescan(() => {
      this.#isScanned = true;
      this.#forgetVanished();
      if (this.#credit !== undefined) this.#connect(this.#credit);
    });
  }

  /** Takes one message of the thread that owns the connection. */
  receive(message: Exclude<ToWorker, { kind: 'close' }>): void {
    switch (message.kind) {
      case 'connected':
        this.#credit = message.credit;
        if (this.#isScanned) this.#connect(message.credit);
        return;
      case 'disconnected':
        this.#credit = undefined;
        this.#pusher.disconnected();
        this.#flushes.disconnected();
        return;
      case 'message':
        this.#take(message.bytes);
        return;
      case 'drained':
        this.#pusher.drained(message.bytes);
        return;
      case 'saved':
        this.#saved(message.path);
        return;
      case 'flush':
        this.#flush(message.id);
        return;
    }
  }

  close(): void {
    this.#saving.dispose();
    this.#feed.dispose();
    this.#pusher.dispose();
    this.#problems.dispose();
    this.#progress.dispose();
    this.#save();
    this.#state.close();
    this.#disk.release();
  }

  #makeFeed(): ChangeFeed {
    const { root, ignore } = this.#settings;
    return new ChangeFeed({
      root,
      disk: this.#disk,
      rules: new IgnoreRules({ extra: ignore, ignoreCase: process.platform !== 'linux' }),
      hashes: this.#state.hashes,
      scheduler: this.#scheduler,
      openWatcher: this.#openWatcher,
      events: {
        onChanges: (paths, since, kind) => {
          this.#pusher.changed(paths, since, kind);
        },
        onProblem: (at, problem) => {
          this.#problems.setLocal(at, problem);
        },
        onRootMissing: () => {
          this.#rootIsMissing();
        },
        onRootBack: () => {
          this.#missing = false;
          this.#block(undefined);
          if (this.#credit !== undefined && this.#isScanned) this.#connect(this.#credit);
        },
        onWatchTrouble: (trouble) => {
          if (trouble !== undefined) this.#log.warn('Changes are not all told of by the system.', trouble);
          this.#post({ kind: 'watchTrouble', trouble });
        },
        onFailure: (error) => {
          this.#log.error('Looking at the folder failed.', { error: error.stack });
        },
      },
    });
  }

  #makePusher(): Pusher {
    const { folder } = this.#feed;
    return new Pusher({
      local: folder,
      disk: this.#disk,
      content: new LocalContent(folder.tree, this.#disk, this.#state.hashes, this.#scheduler),
      scheduler: this.#scheduler,
      log: this.#log,
      problems: this.#problems,
      progress: this.#progress,
      onApplied: (batch) => {
        this.#post({ kind: 'applied', batch });
      },
      onIdle: () => {
        this.#settleFlushes();
      },
      onEmptied: (emptied) => {
        this.#block(emptied ? folderEmpty(this.#settings.root) : undefined);
      },
      onHint: (at) => {
        this.#feed.hint(at);
      },
      onFlushed: (id) => {
        this.#flushes.confirmed(id);
      },
      onViolation: (reason) => {
        this.#post({ kind: 'violation', reason });
      },
    });
  }

  #connect(credit: number): void {
    if (this.#missing) return;
    const post = (bytes: Uint8Array<ArrayBuffer>): void => {
      this.#post({ kind: 'send', bytes });
    };
    this.#pusher.connected(new Outbox(post, credit, this.#scheduler));
  }

  #take(bytes: Uint8Array): void {
    const frames = unseal(bytes);
    if ('kind' in frames) {
      this.#post({ kind: 'violation', reason: `The frame ${frames.reason}.` });
      return;
    }
    for (const frame of frames) this.#pusher.receive(frame);
  }

  #saved(absolute: string): void {
    const at = this.#pathInside(absolute);
    if (at !== undefined && this.#isScanned) this.#feed.saved(at);
  }

  /** The sync path of an absolute one; `undefined` when it is not inside the folder. */
  #pathInside(absolute: string): SyncPath | undefined {
    for (const root of [this.#settings.root, realPath(this.#settings.root)]) {
      const relative = path.relative(root, absolute);
      if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) continue;
      return readSyncPath(path.sep === '\\' ? relative.replaceAll('\\', '/') : relative);
    }
    return undefined;
  }

  #flush(id: number): void {
    this.#feed.catchUp(() => {
      this.#flushes.add(id);
      if (this.#blocked !== undefined) this.#flushes.fail(this.#blocked);
      else if (this.#pusher.isIdle) this.#settleFlushes();
    });
  }

  #settleFlushes(): void {
    const refused = [...this.#problems.remote];
    if (refused.length > 0) {
      this.#problems.tellNow();
      this.#flushes.fail(notEverythingArrived(refused));
    } else this.#flushes.settle((id) => this.#pusher.flush(id));
  }

  #rootIsMissing(): void {
    this.#missing = true;
    this.#pusher.disconnected();
    this.#block(folderMissing(this.#settings.root));
  }

  #block(error: PlainUserError | undefined): void {
    this.#blocked = error;
    this.#post({ kind: 'blocked', error });
    if (error !== undefined) this.#flushes.fail(error);
  }

  #forgetVanished(): void {
    for (const [at] of [...this.#state.hashes.entries()]) {
      if (this.#feed.folder.tree.get(at)?.kind !== 'file') this.#state.hashes.delete(at);
    }
  }

  #saveLater(): void {
    this.#saving = this.#scheduler.after(saveMs, () => {
      this.#save();
      this.#saveLater();
    });
  }

  /** What is saved only spares reading files again, so a full disk is no reason to stop. */
  #save(): void {
    try {
      this.#state.save();
    } catch (error) {
      this.#log.warn('The list of known files could not be saved.', { error: String(error) });
    }
  }
}

function realPath(absolute: string): string {
  try {
    return realpathSync(absolute);
  } catch (error) {
    // A folder that is missing has no other name.
    if (error instanceof Error) return absolute;
    throw error;
  }
}
