import type { IncomingMessage } from 'node:http';
import type { Disposable } from '../base/disposable.ts';
import { AbortError, toError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { delay, type Scheduler } from '../base/scheduler.ts';
import type { ApiClient } from './apiClient.ts';
import { BackOff } from './backOff.ts';
import { listInChunks, selectors } from './chunkedList.ts';
import type { ListScope, LiveState } from './cluster.ts';
import { type ApiAction } from './core/apiAction.ts';
import { statusError } from './core/apiErrors.ts';
import { apiPath } from './core/apiPath.ts';
import { connectionError } from './core/connectionErrors.ts';
import type { ResourceType } from './core/objects.ts';
import { ObjectSet } from './core/objectSet.ts';
import { readWatchEvent, type WatchEvent } from './core/watchEvents.ts';

/** What a live list covers and works with. */
export interface LiveListOptions {
  readonly client: ApiClient;
  readonly type: ResourceType;
  readonly scope: ListScope;
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/** One list kept alive by a watch, for any number of listeners. */
export class LiveList implements Disposable {
  readonly #options: LiveListOptions;
  readonly #action: ApiAction;
  readonly #listeners = new Set<(state: LiveState) => void>();
  readonly #closing = new AbortController();
  readonly #objects = new ObjectSet();
  readonly #backOff = new BackOff(firstWait, longestWait);
  #state: LiveState = { kind: 'loading' };
  #telling = false;

  constructor(options: LiveListOptions) {
    this.#options = options;
    this.#action = { verb: 'watch', type: options.type, namespace: options.scope.namespace };
    this.#run(this.#closing.signal).catch((error: unknown) => {
      if (!this.#closing.signal.aborted) options.log.error('A live list ended unexpectedly.', String(error));
    });
  }

  get isUsed(): boolean {
    return this.#listeners.size > 0;
  }

  /** Adds a listener; it hears the present state first, after this call has returned. */
  add(listener: (state: LiveState) => void): void {
    this.#listeners.add(listener);
    queueMicrotask(() => {
      // A change that is about to be told to all tells the newcomer as well.
      if (!this.#telling && this.#listeners.has(listener)) listener(this.#state);
    });
  }

  remove(listener: (state: LiveState) => void): void {
    this.#listeners.delete(listener);
  }

  dispose(): void {
    this.#listeners.clear();
    this.#closing.abort(new AbortError());
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { client, type, scope } = this.#options;
    while (!signal.aborted) {
      try {
        const list = await listInChunks(client, type, scope, signal);
        this.#objects.replaceAll(list.items);
        this.#tell({ kind: 'live', items: this.#objects.items });
        await this.#followFrom(list.resourceVersion, signal);
      } catch (error) {
        this.#failed(error, signal);
      }
      await this.#pause(signal);
    }
  }

  /** Watches, again and again, until only a new list can help. */
  async #followFrom(resourceVersion: string, signal: AbortSignal): Promise<void> {
    let version: string | undefined = resourceVersion;
    while (version !== undefined && !signal.aborted) {
      let response: IncomingMessage;
      try {
        response = await this.#open(version, signal);
      } catch (error) {
        if (isExpired(error)) return;
        this.#failed(error, signal);
        await this.#pause(signal);
        continue;
      }
      if (this.#state.kind === 'failed') this.#tell({ kind: 'live', items: this.#objects.items });
      version = await this.#read(response, version);
      if (version !== undefined) await this.#pause(signal);
    }
  }

  #open(resourceVersion: string, signal: AbortSignal): Promise<IncomingMessage> {
    const { client, type, scope } = this.#options;
    const query = {
      ...selectors(scope),
      watch: true,
      resourceVersion,
      allowWatchBookmarks: true,
      timeoutSeconds: Math.round(watchSeconds * (1 + Math.random())),
    };
    const path = apiPath({ type, namespace: scope.namespace }, query);
    return client.stream({ method: 'GET', path, action: this.#action }, signal);
  }

  /** Takes in lines until the stream ends. Gives the version to go on from, `undefined` when a new list is needed. */
  async #read(response: IncomingMessage, from: string): Promise<string | undefined> {
    const { scheduler, log, type } = this.#options;
    const quiet = (): Disposable => scheduler.after(quietMilliseconds, () => void response.destroy());
    let limit = quiet();
    let version = from;
    let rest = '';
    response.setEncoding('utf8');
    try {
      for await (const chunk of response) {
        limit.dispose();
        limit = quiet();
        const lines = (rest + String(chunk)).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const event = readWatchEvent(type, line);
          if (event === undefined) log.warn('A watch sent a line that cannot be read; listing again.');
          const next = event === undefined ? undefined : this.#take(event);
          if (next === undefined) return undefined;
          version = next;
        }
        this.#backOff.reset();
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) log.debug('A watch broke; watching again.', toError(error).message);
    } finally {
      limit.dispose();
      response.destroy();
    }
    return version;
  }

  /** The version after the event; `undefined` when the server no longer has what the watch needs. */
  #take(event: WatchEvent): string | undefined {
    switch (event.kind) {
      case 'bookmark':
        return event.resourceVersion;
      case 'error':
        this.#options.log.debug('A watch was ended by the server.', event.status.message);
        if (event.status.code !== 410)
          this.#failed(statusError(this.#options.client.place, this.#action, event.status));
        return undefined;
      case 'changed':
        this.#objects.put(event.object);
        break;
      case 'deleted':
        this.#objects.remove(event.object);
        break;
    }
    this.#tell({ kind: 'live', items: this.#objects.items });
    return event.object.metadata.resourceVersion;
  }

  #failed(thrown: unknown, signal = this.#closing.signal): void {
    if (signal.aborted) return;
    const error = connectionError(this.#options.client.place, thrown);
    this.#tell({ kind: 'failed', error, items: this.#objects.items });
  }

  async #pause(signal: AbortSignal): Promise<void> {
    await delay(this.#options.scheduler, this.#backOff.next(), signal);
  }

  /** Tells the listeners once per turn, however many lines a chunk held. */
  #tell(state: LiveState): void {
    this.#state = state;
    if (this.#telling) return;
    this.#telling = true;
    queueMicrotask(() => {
      this.#telling = false;
      for (const listener of [...this.#listeners]) listener(this.#state);
    });
  }
}

const firstWait = 100;
const longestWait = 15_000;
/** Shortest life that is asked for a watch; up to twice this. Ends by plan refresh credentials and spread load. */
const watchSeconds = 300;
/** Servers send a bookmark about every minute: a watch that is silent for longer is likely dead. */
const quietMilliseconds = 150_000;

function isExpired(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'cluster.expired';
}
