import path from 'node:path';
import type { Log } from '../../src/base/log.ts';
import { PushSide } from '../../src/sync/push/pushSide.ts';
import type { FromWorker, ToWorker, WorkerSettings } from '../../src/sync/push/workerMessages.ts';
import { FolderWatcher } from '../../src/sync/watch/folderWatcher.ts';
import type { SyncThreadEvents } from '../../src/sync/syncThread.ts';
import type { Program } from './program.ts';

/** What a `SyncThread` is to the engine, without a thread: both directions are queues that somebody empties. */
export class SimulatedThread {
  readonly #settings: WorkerSettings;
  readonly #events: SyncThreadEvents;
  readonly #program: Program;
  readonly #log: Log;
  readonly #toWorker: ToWorker[] = [];
  readonly #fromWorker: FromWorker[] = [];
  readonly #ended: Promise<void>;
  #end = (): void => {};
  #side: PushSide | 'starting' | undefined = 'starting';
  #closing = false;

  constructor(settings: WorkerSettings, events: SyncThreadEvents, program: Program, log: Log) {
    this.#settings = settings;
    this.#events = events;
    this.#program = program;
    this.#log = log;
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  post(message: ToWorker): void {
    if (this.#closing) return;
    this.#toWorker.push(structuredClone(message, transferOf(message)));
  }

  close(): Promise<void> {
    this.post({ kind: 'close' });
    this.#closing = true;
    return this.#ended;
  }

  /** What may happen next; each makes it happen. */
  *moves(): Generator<() => void> {
    if (this.#side === 'starting') yield () => this.#start();
    else if (this.#toWorker.length > 0 && this.#side !== undefined) yield () => this.#work();
    if (this.#fromWorker.length > 0) yield () => this.#tell();
  }

  /** A worker that cannot start dies, and the engine is told. */
  #start(): void {
    try {
      const post = (message: FromWorker): void => {
        this.#fromWorker.push(structuredClone(message, transferOf(message)));
      };
      this.#side = new PushSide(this.#settings, post, {
        scheduler: this.#program,
        log: this.#log,
        openWatcher: (root, events) =>
          new FolderWatcher(root, events, { markFolder: path.join(this.#settings.stateDir, 'marks') }),
      });
      this.#side.start();
    } catch (error) {
      this.#side = undefined;
      this.#end();
      if (error instanceof Error && error.name === 'Crash') throw error;
      if (!this.#closing) this.#events.onDeath(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #work(): void {
    const message = this.#toWorker.shift();
    if (message === undefined || this.#side === undefined || this.#side === 'starting') return;
    if (message.kind !== 'close') {
      this.#side.receive(message);
      return;
    }
    this.#side.close();
    this.#side = undefined;
    this.#end();
  }

  #tell(): void {
    const message = this.#fromWorker.shift();
    if (message !== undefined) this.#events.onMessage(message);
  }
}

/** As the real thread does it: what is transferred cannot be used any more by whoever sent it. */
function transferOf(message: ToWorker | FromWorker): { transfer: ArrayBuffer[] } {
  const moved = message.kind === 'message' || message.kind === 'send';
  return { transfer: moved ? [message.bytes.buffer] : [] };
}
