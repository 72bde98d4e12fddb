import { Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker, WorkerSettings, WorkerTask } from './push/workerMessages.ts';

/** What a `SyncThread` tells. */
export interface SyncThreadEvents {
  onMessage(message: FromWorker): void;
  /** The worker died by itself. */
  onDeath(error: Error): void;
}

/** The worker that owns the local disk, seen from the thread that owns the connection. */
export class SyncThread {
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  #closing = false;

  constructor(settings: WorkerSettings, events: SyncThreadEvents) {
    const task: WorkerTask = { kind: 'sync', settings };
    this.#worker = new Worker(workerFile(import.meta.url), {
      workerData: task,
      name: 'podloop-sync',
      // What is read is soon sent and forgotten: a large nursery would only grow the process.
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    });
    this.#worker.on('message', (message: FromWorker) => {
      events.onMessage(message);
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        resolve();
        if (!this.#closing) events.onDeath(new Error(`The sync worker ended with code ${code}.`));
      });
    });
    this.#worker.on('error', (error) => {
      if (!this.#closing) events.onDeath(error instanceof Error ? error : new Error(String(error)));
    });
  }

  post(message: ToWorker): void {
    if (!this.#closing) this.#worker.postMessage(message, message.kind === 'message' ? [message.bytes.buffer] : []);
  }

  /** Lets the worker save what it knows and end; resolves when its thread is gone. */
  async close(): Promise<void> {
    this.post({ kind: 'close' });
    this.#closing = true;
    await this.#ended;
  }
}

/** The worker's program, seen from a file of this folder: beside it in source, at the top of `dist` in a bundle. */
export function workerFile(ownUrl: string): URL {
  if (ownUrl.endsWith('.ts')) return new URL('./replica/syncWorker.ts', ownUrl);
  return new URL(/\/chunks\/[^/]*$/.test(ownUrl) ? '../syncWorker.cjs' : './syncWorker.cjs', ownUrl);
}
