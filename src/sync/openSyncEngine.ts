import { randomUUID } from 'node:crypto';
import { Emitter } from '../base/event.ts';
import { abortReason, toError, UserError } from '../base/errors.ts';
import { type LocalPath, localPath } from '../base/paths.ts';
import type { ConflictChoice, SyncConflict } from './core/conflict.ts';
import { engineStatus, type LinkState, type PushState } from './core/engineStatus.ts';
import type { BatchApplied, SyncProblem, SyncStatus, WatchTrouble } from './core/status.ts';
import type { Restorable } from './core/restorable.ts';
import { Link } from './link/link.ts';
import type { MessageSocket } from './link/messageSocket.ts';
import { openWebSocket } from './link/webSocketClient.ts';
import type { Answer, Ask } from './push/asks.ts';
import type { FromWorker, PlainUserError, WorkerSettings } from './push/workerMessages.ts';
import type { SyncEngine, SyncEngineOptions } from './syncEngine.ts';
import { SyncThread, type SyncThreadEvents } from './syncThread.ts';

/** Starts pushing a local folder to a sidecar. What goes wrong is told by the engine's status, never thrown from here. */
export function openSyncEngine(options: SyncEngineOptions): SyncEngine {
  return new PushEngine(options, {
    startThread: (settings, events) => new SyncThread(settings, events),
    dial: async (signal) => openWebSocket(await options.connect(signal), options.token, signal),
    random: Math.random,
  });
}

/** What the engine has outside of its own thread. */
export interface EngineOutside {
  /** Starts what owns the local disk. */
  readonly startThread: (settings: WorkerSettings, events: SyncThreadEvents) => Pick<SyncThread, 'post' | 'close'>;
  /** Opens one connection to the sidecar. */
  readonly dial: (signal: AbortSignal) => Promise<MessageSocket>;
  /** In [0, 1). */
  readonly random: () => number;
}

interface PendingFlush {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

interface PendingAsk {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** A `SyncEngine` over whatever thread and connections it is given. */
export class PushEngine implements SyncEngine {
  readonly #options: SyncEngineOptions;
  readonly #thread: ReturnType<EngineOutside['startThread']>;
  readonly #link: Link;
  readonly #status = new Emitter<SyncStatus>();
  readonly #problems = new Emitter<readonly SyncProblem[]>();
  readonly #applied = new Emitter<BatchApplied>();
  readonly #watchTrouble = new Emitter<WatchTrouble | undefined>();
  readonly #conflicts = new Emitter<readonly SyncConflict[]>();
  readonly #asks = new Map<number, PendingAsk>();
  readonly #flushes = new Map<number, PendingFlush>();
  readonly onStatus = this.#status.event;
  readonly onProblems = this.#problems.event;
  readonly onConflicts = this.#conflicts.event;
  readonly onBatchApplied = this.#applied.event;
  readonly onWatchTrouble = this.#watchTrouble.event;
  problems: readonly SyncProblem[] = [];
  watchTrouble: WatchTrouble | undefined;
  conflicts: readonly SyncConflict[] = [];
  #linkState: LinkState = { kind: 'connecting' };
  #push: PushState = { activity: undefined, error: undefined };
  #told: SyncStatus = { kind: 'connecting' };
  #lastFlush = 0;
  #lastAsk = 0;
  #paused = false;
  #closed: Promise<void> | undefined;

  constructor(options: SyncEngineOptions, { startThread, dial, random }: EngineOutside) {
    this.#options = options;
    const { root, stateDir, ignore, workspaceId, scheduler, log, mode = 'push', pull = [] } = options;
    this.#thread = startThread(
      { root, stateDir, ignore, mode, pull },
      {
        onMessage: (message) => {
          this.#take(message);
        },
        onDeath: (error) => {
          this.#died(error);
        },
      },
    );
    const greeting = { workspaceId, sessionId: randomUUID() };
    this.#link = new Link(
      { dial, greeting, scheduler, log, random },
      {
        onState: (state) => {
          this.#linkState = state;
          this.#tell();
        },
        onOnline: ({ credit, volumeId }) => {
          this.#push = { ...this.#push, activity: undefined };
          this.#thread.post({ kind: 'connected', credit, volumeId });
        },
        onOffline: () => {
          this.#thread.post({ kind: 'disconnected' });
        },
        onMessage: (bytes) => {
          // A copy of just these bytes: what the socket gives may be a small part of a large buffer.
          this.#thread.post({ kind: 'message', bytes: new Uint8Array(bytes) });
        },
      },
    );
  }

  get status(): SyncStatus {
    return this.#told;
  }

  noteSaved(path: LocalPath): void {
    this.#thread.post({ kind: 'saved', path });
  }

  flush(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const refusal = signal.aborted ? abortReason(signal) : this.#whyNoFlush();
      if (refusal !== undefined) {
        reject(refusal);
        return;
      }
      const id = ++this.#lastFlush;
      const onAbort = (): void => {
        this.#flushes.delete(id);
        reject(abortReason(signal));
      };
      const over = (settle: () => void): void => {
        signal.removeEventListener('abort', onAbort);
        settle();
      };
      this.#flushes.set(id, {
        resolve: () => {
          over(resolve);
        },
        reject: (error) => {
          over(() => {
            reject(error);
          });
        },
      });
      signal.addEventListener('abort', onAbort, { once: true });
      this.#thread.post({ kind: 'flush', id });
    });
  }

  reconnectNow(): void {
    this.#link.reconnectNow();
  }

  pause(): void {
    this.#paused = true;
    this.#rejectFlushes(pausedError());
    this.#link.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#link.resume();
  }

  async restorable(): Promise<readonly Restorable[]> {
    const answer = await this.#ask({ what: 'restorable' });
    return answer.what === 'restorable' ? answer.versions : [];
  }

  async openRestorable(id: string): Promise<LocalPath> {
    const answer = await this.#ask({ what: 'openRestorable', id });
    if (answer.what !== 'file') throw new Error('The worker gave no file.');
    return localPath(answer.path);
  }

  async restore(id: string): Promise<void> {
    await this.#ask({ what: 'restore', id });
  }

  async resolveConflict(id: string, choice: ConflictChoice): Promise<void> {
    await this.#ask({ what: 'resolveConflict', id, choice });
  }

  dispose(): void {
    this.close().catch((error: unknown) => {
      this.#options.log.error('The sync engine could not be closed.', { error: toError(error).message });
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#rejectAll(closedError());
    await Promise.all([this.#link.close(), this.#thread.close()]);
    this.#status.dispose();
    this.#problems.dispose();
    this.#conflicts.dispose();
    this.#applied.dispose();
    this.#watchTrouble.dispose();
  }

  #take(message: FromWorker): void {
    switch (message.kind) {
      case 'send':
        this.#send(message.bytes);
        return;
      case 'activity':
        this.#push = { ...this.#push, activity: message.activity };
        this.#tell();
        return;
      case 'blocked':
        this.#push = { ...this.#push, error: message.error && new UserError(message.error) };
        this.#tell();
        return;
      case 'problems':
        this.problems = message.problems;
        this.#problems.fire(message.problems);
        return;
      case 'applied':
        this.#applied.fire(message.batch);
        return;
      case 'watchTrouble':
        this.watchTrouble = message.trouble;
        this.#watchTrouble.fire(message.trouble);
        return;
      case 'flushed':
        this.#flushed(message.id, message.error);
        return;
      case 'conflicts':
        this.conflicts = message.conflicts;
        this.#conflicts.fire(message.conflicts);
        return;
      case 'answer':
        this.#answered(message);
        return;
      case 'renew':
        this.#link.drop(message.reason);
        return;
      case 'log':
        this.#options.log[message.level](message.message, message.data);
        return;
    }
  }

  #send(bytes: Uint8Array): void {
    this.#link.send(bytes, () => {
      this.#thread.post({ kind: 'drained', bytes: bytes.length });
    });
  }

  #flushed(id: number, error: PlainUserError | undefined): void {
    const flush = this.#flushes.get(id);
    this.#flushes.delete(id);
    if (error === undefined) flush?.resolve();
    else flush?.reject(new UserError(error));
  }

  #whyNoFlush(): UserError | undefined {
    if (this.#closed !== undefined) return closedError();
    return this.#paused ? pausedError() : undefined;
  }

  #ask(ask: Ask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) {
        reject(closedError());
        return;
      }
      const id = ++this.#lastAsk;
      this.#asks.set(id, { resolve, reject });
      this.#thread.post({ kind: 'ask', id, ask });
    });
  }

  #answered({ id, answer }: Extract<FromWorker, { kind: 'answer' }>): void {
    const asked = this.#asks.get(id);
    this.#asks.delete(id);
    if ('error' in answer) asked?.reject(new UserError(answer.error));
    else asked?.resolve(answer);
  }

  #rejectAll(error: UserError): void {
    this.#rejectFlushes(error);
    for (const { reject } of this.#asks.values()) reject(error);
    this.#asks.clear();
  }

  #rejectFlushes(error: UserError): void {
    for (const flush of this.#flushes.values()) flush.reject(error);
    this.#flushes.clear();
  }

  /** Without its worker the engine can do nothing; a new engine can. */
  #died(error: Error): void {
    const failure = new UserError({
      code: 'sync.failed',
      message: 'Syncing stopped because of an internal error.',
      next: 'Reconnect the session; the log has the details.',
      remedies: [{ kind: 'reconnect' }, { kind: 'showLog' }],
      detail: error.stack ?? error.message,
      cause: error,
    });
    this.#rejectAll(failure);
    this.#push = { activity: undefined, error: failure };
    this.#tell();
  }

  #tell(): void {
    const status = engineStatus(this.#linkState, this.#push);
    if (this.#closed !== undefined || sameStatus(status, this.#told)) return;
    this.#told = status;
    this.#status.fire(status);
  }
}

function sameStatus(a: SyncStatus, b: SyncStatus): boolean {
  if (a.kind === 'failed' || b.kind === 'failed')
    return a.kind === 'failed' && b.kind === 'failed' && a.error === b.error;
  return JSON.stringify(a) === JSON.stringify(b);
}

function closedError(): UserError {
  return new UserError({ code: 'sync.failed', message: 'Syncing was stopped.', next: 'Start it again.' });
}

function pausedError(): UserError {
  return new UserError({
    code: 'sync.paused',
    message: 'Syncing is paused.',
    next: 'Resume it: what changed meanwhile is then brought over.',
    remedies: [{ kind: 'resumeSync' }],
  });
}
