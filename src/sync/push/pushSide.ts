import { realpathSync } from 'node:fs';
import path from 'node:path';
import { toError, UserError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { readSyncPath, type SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { Frame, Pack, Rules } from '../../protocol/frame.ts';
import { absent } from '../../protocol/pathState.ts';
import { IgnoreRules } from '../core/ignoreRules.ts';
import { bestCompression } from '../link/compression.ts';
import { Judge } from '../core/judge.ts';
import { policies } from '../core/modes.ts';
import { RemoteView } from '../core/remoteView.ts';
import { unseal } from '../link/frames.ts';
import { ChunkStore } from '../replica/chunkStore.ts';
import { LocalContent } from '../replica/localContent.ts';
import { keepFolder } from '../replica/keepFolder.ts';
import { Replica } from '../replica/replica.ts';
import { receiveWindowBytes } from '../replica/receiver.ts';
import { Baseline } from '../pull/baseline.ts';
import { isPullFrame, PullSide } from '../pull/pullSide.ts';
import { ChangeFeed } from '../watch/changeFeed.ts';
import type { OpenWatcher } from '../watch/treeWatcher.ts';
import type { Ask } from './asks.ts';
import { Flushes } from './flushes.ts';
import { Outbox } from './outbox.ts';
import { ProblemList } from './problemList.ts';
import { Progress } from './progress.ts';
import { folderEmpty, folderMissing, notEverythingArrived } from './pushErrors.ts';
import { Pusher } from './pusher.ts';
import type { FromWorker, PlainUserError, ToWorker, WorkerSettings } from './workerMessages.ts';

/** Consumed bytes are given back in steps of at least this many. */
const creditStepBytes = 64 * 1024;
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
  readonly #replica: Replica;
  readonly #feed: ChangeFeed;
  readonly #problems: ProblemList;
  readonly #progress: Progress;
  readonly #pusher: Pusher;
  readonly #pull: PullSide;
  readonly #baseline: Baseline;
  readonly #remote: RemoteView;
  readonly #judge: Judge;
  readonly #flushes: Flushes;
  #credit: number | undefined;
  #volumeId: string | undefined;
  #isScanned = false;
  #missing = false;
  #blocked: PlainUserError | undefined;
  #consumed = 0;
  #saving = { dispose: (): void => {} };

  constructor(settings: WorkerSettings, post: (message: FromWorker) => void, parts: PushSideParts) {
    const { scheduler, log, openWatcher } = parts;
    this.#settings = settings;
    this.#post = post;
    this.#scheduler = scheduler;
    this.#log = log;
    this.#openWatcher = openWatcher;
    const { root, stateDir } = settings;
    this.#replica = new Replica({ root, stateDir, keepDir: keepFolder(root, stateDir) }, scheduler, log);
    this.#problems = new ProblemList(scheduler, (problems) => {
      post({ kind: 'problems', problems });
    });
    this.#progress = new Progress(scheduler, (activity) => {
      post({ kind: 'activity', activity });
    });
    this.#flushes = new Flushes((id, error) => {
      post({ kind: 'flushed', id, error });
    });
    this.#baseline = new Baseline(stateDir);
    this.#feed = this.#makeFeed();
    this.#remote = new RemoteView(this.#feed.folder.tree.paths);
    this.#judge = new Judge(this.#remote, policies(settings), this.#baseline.leftAlone);
    this.#pusher = this.#makePusher();
    this.#pull = this.#makePull();
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
        this.#volumeId = message.volumeId;
        if (this.#isScanned) this.#connect(message.credit);
        return;
      case 'disconnected':
        this.#credit = undefined;
        this.#pusher.disconnected();
        this.#pull.disconnected();
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
      case 'ask':
        this.#answer(message.id, message.ask);
        return;
    }
  }

  close(): void {
    this.#saving.dispose();
    this.#feed.dispose();
    this.#pusher.dispose();
    this.#problems.dispose();
    this.#progress.dispose();
    this.#pull.dispose();
    this.#save();
    this.#replica.close();
  }

  #makeFeed(): ChangeFeed {
    const { root, ignore } = this.#settings;
    return new ChangeFeed({
      root,
      disk: this.#replica.folder,
      rules: new IgnoreRules({ extra: ignore, ignoreCase: process.platform !== 'linux' }),
      hashes: this.#replica.state.hashes,
      scheduler: this.#scheduler,
      openWatcher: this.#openWatcher,
      events: {
        onChanges: (paths, since, kind) => {
          this.#pusher.changed(paths, since, kind);
        },
        onSeen: (paths) => {
          this.#pusher.seen(paths);
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
          // What was under way when the folder went missing is not known any more.
          this.#post({ kind: 'renew', reason: 'The synced folder is back.' });
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

  #makePull(): PullSide {
    return new PullSide({
      local: this.#feed.folder,
      replica: this.#replica,
      remote: this.#remote,
      judge: this.#judge,
      problems: this.#problems,
      scheduler: this.#scheduler,
      log: this.#log,
      stateDir: this.#settings.stateDir,
      send: (frame) => this.#pusher.say(frame),
      onLook: (at) => {
        this.#feed.saved(at);
      },
      onDecide: (at) => {
        this.#pusher.decideAgain(at);
      },
      onIdle: () => {
        this.#pusher.inboundIdle();
      },
      onConflicts: (conflicts) => {
        this.#post({ kind: 'conflicts', conflicts });
      },
    });
  }

  #makePusher(): Pusher {
    const { folder } = this.#feed;
    return new Pusher({
      remote: this.#remote,
      judge: this.#judge,
      local: folder,
      disk: this.#replica.folder,
      chunks: new ChunkStore(path.join(this.#settings.stateDir, 'chunks')),
      content: new LocalContent(folder.tree, this.#replica.folder, this.#replica.state.hashes, this.#scheduler),
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
      onResumed: () => {
        this.#resumed();
      },
      onInbound: (at) => {
        this.#pull.want(at);
      },
      isInboundIdle: () => this.#pull.isIdle,
      onHint: (at) => {
        this.#feed.hint(at);
      },
      onFlushed: (id) => {
        this.#flushes.confirmed(id);
      },
      onViolation: (reason) => {
        this.#post({ kind: 'renew', reason });
      },
    });
  }

  #connect(credit: number): void {
    if (this.#missing) return;
    const post = (bytes: Uint8Array<ArrayBuffer>): void => {
      this.#post({ kind: 'send', bytes });
    };
    this.#consumed = 0;
    this.#pusher.connected(new Outbox(post, credit, this.#scheduler, bestCompression), this.#rules());
  }

  #rules(): Rules {
    const { mode, pull, ignore } = this.#settings;
    const watch = mode !== 'push' ? 'all' : pull.length > 0 ? 'pull' : 'nothing';
    return { kind: 'rules', watch, content: mode === 'twoWay', pull, ignore, credit: receiveWindowBytes };
  }

  /** The first time that a volume is seen, what it holds already stays there, and the local folder stays as it is. */
  #resumed(): void {
    const volumeId = this.#volumeId;
    if (volumeId === undefined || volumeId === this.#baseline.volumeId) return;
    if (this.#settings.mode === 'twoWay') {
      for (const [at, { put, current }] of this.#remote.entries()) {
        if (put !== undefined) continue;
        if (this.#feed.folder.tree.get(at) === undefined) this.#judge.leftAlone.add(at, absent, current);
        else this.#judge.letLocalWin(at);
      }
    }
    this.#baseline.know(volumeId);
    this.#save();
  }

  #take(bytes: Uint8Array): void {
    const frames = unseal(bytes);
    if ('kind' in frames) {
      this.#post({ kind: 'renew', reason: `The frame ${frames.reason}.` });
      return;
    }
    for (const frame of frames) this.#takeFrame(frame);
    this.#consumed += bytes.length;
    if (this.#consumed < creditStepBytes) return;
    this.#pusher.say({ kind: 'credit', bytes: this.#consumed, copied: 0 });
    this.#consumed = 0;
  }

  #takeFrame(frame: Exclude<Frame, Pack>): void {
    if (frame.kind === 'offer') this.#pull.offered(frame);
    if (!isPullFrame(frame)) {
      this.#pusher.receive(frame);
      return;
    }
    const wrong = this.#pull.receive(frame);
    if (wrong !== undefined) this.#post({ kind: 'renew', reason: wrong });
  }

  #answer(id: number, ask: Ask): void {
    this.#pull.answer(ask).then(
      (answer) => {
        this.#post({ kind: 'answer', id, answer });
      },
      (error: unknown) => {
        this.#post({ kind: 'answer', id, answer: { error: plainError(error) } });
      },
    );
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
    for (const [at] of [...this.#replica.state.hashes.entries()]) {
      if (this.#feed.folder.tree.get(at)?.kind !== 'file') this.#replica.state.hashes.delete(at);
    }
  }

  #saveLater(): void {
    this.#saving = this.#scheduler.after(saveMs, () => {
      this.#save();
      this.#saveLater();
    });
  }

  /** What is lost by a full disk is found out again by comparing. */
  #save(): void {
    this.#replica.tidy();
    try {
      this.#baseline.save();
    } catch (error) {
      this.#log.warn('What is known of the volume could not be saved.', { error: String(error) });
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

function plainError(error: unknown): PlainUserError {
  if (!(error instanceof UserError)) {
    return {
      code: 'sync.failed',
      message: toError(error).message,
      next: 'See the log.',
      remedies: [{ kind: 'showLog' }],
    };
  }
  const { code, message, remedies } = error;
  return { code, message, remedies, ...(error.next !== undefined && { next: error.next }) };
}
