import { AbortError, abortReason, isAbortError, toError, UserError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { delay, type Scheduler } from '../../base/scheduler.ts';
import type { Welcome } from '../../protocol/frame.ts';
import { backoffDelay } from '../core/backoff.ts';
import type { LinkState } from '../core/engineStatus.ts';
import type { MessageSocket } from './messageSocket.ts';
import { type Greeting, Session } from './session.ts';

/** What a `Link` needs. */
export interface LinkOptions {
  /** Opens one connection to the sidecar. */
  readonly dial: (signal: AbortSignal) => Promise<MessageSocket>;
  readonly greeting: Greeting;
  readonly scheduler: Scheduler;
  readonly log: Log;
  /** In [0, 1), for the jitter of the back-off. */
  readonly random: () => number;
}

/** What a `Link` tells. */
export interface LinkEvents {
  onState(state: LinkState): void;
  onOnline(welcome: Welcome): void;
  onOffline(): void;
  onMessage(bytes: Uint8Array): void;
}

/** Dialling, upgrade and welcome together may take this long, in milliseconds. */
const dialMs = 20_000;
/** A connection that lived this long was good: the next dial after it is an early one again. */
const goodMs = 5_000;
/** A volume that another workspace uses is asked for again at this pace. */
const busyMs = 5_000;

/** Keeps one connection to the sidecar: dials, dials again after every end, and stops where dialling cannot help. */
export class Link {
  readonly #options: LinkOptions;
  readonly #events: LinkEvents;
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;
  #session: Session | undefined;
  #attempt = new AbortController();
  #pause: PromiseWithResolvers<void> | undefined;
  #failures = 0;

  constructor(options: LinkOptions, events: LinkEvents) {
    this.#options = options;
    this.#events = events;
    this.#done = this.#run();
  }

  /** Sends one message if there is a connection; `onTaken` is called when the stream has taken it. */
  send(bytes: Uint8Array, onTaken: () => void): void {
    this.#session?.send(bytes, onTaken);
  }

  /** Ends the connection; it is dialled again. */
  drop(reason: string): void {
    this.#session?.drop(reason);
  }

  /** Ends the connection, if there is one, and dials at once, even where dialling had been given up. */
  reconnectNow(): void {
    this.#failures = 0;
    this.#attempt.abort(new AbortError());
  }

  /** Ends the connection, if there is one, and dials no more until `resume`. */
  pause(): void {
    if (this.#pause !== undefined || this.#closing.signal.aborted) return;
    this.#pause = Promise.withResolvers();
    this.#attempt.abort(new AbortError());
  }

  resume(): void {
    this.#failures = 0;
    this.#pause?.resolve();
    this.#pause = undefined;
  }

  /** Ends the connection for good; resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#closing.abort(new AbortError());
    this.#attempt.abort(new AbortError());
    this.resume();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      if (this.#pause !== undefined) {
        this.#events.onState({ kind: 'paused' });
        await this.#pause.promise;
        this.#tellRedial();
        continue;
      }
      this.#attempt = new AbortController();
      const { signal } = this.#attempt;
      const error = await this.#connectOnce(this.#attempt);
      if (signal.aborted) {
        this.#tellRedial();
        continue;
      }
      this.#options.log.info('The connection to the sidecar is down.', { reason: error.message });
      this.#tellEnd(error);
      await this.#waitBeforeDial(error, signal);
    }
  }

  /** One connection from dial to end; gives why it ended. */
  async #connectOnce(attempt: AbortController): Promise<Error> {
    const dialling = new AbortController();
    const tooLong = this.#options.scheduler.after(dialMs, () => {
      dialling.abort(new Error('The pod could not be reached within 20 seconds.'));
    });
    const onAbort = (): void => {
      dialling.abort(attempt.signal.reason);
    };
    attempt.signal.addEventListener('abort', onAbort, { once: true });
    try {
      const socket = await this.#options.dial(dialling.signal);
      return await this.#talk(socket, dialling.signal, () => {
        tooLong.dispose();
      });
    } catch (error) {
      return toError(error);
    } finally {
      tooLong.dispose();
      attempt.signal.removeEventListener('abort', onAbort);
    }
  }

  /** Resolves with the reason when the session is over. */
  #talk(socket: MessageSocket, signal: AbortSignal, onWelcome: () => void): Promise<Error> {
    const { greeting, scheduler } = this.#options;
    return new Promise((resolve) => {
      let welcomeAt: number | undefined;
      const session = new Session(socket, greeting, scheduler, {
        onWelcome: (welcome) => {
          onWelcome();
          welcomeAt = scheduler.now();
          this.#events.onState({ kind: 'online' });
          this.#events.onOnline(welcome);
        },
        onMessage: (bytes) => {
          this.#events.onMessage(bytes);
        },
        onEnd: (error) => {
          this.#session = undefined;
          if (welcomeAt !== undefined) {
            if (scheduler.now() - welcomeAt >= goodMs) this.#failures = 0;
            this.#events.onOffline();
          }
          resolve(error);
        },
      });
      this.#session = session;
      signal.addEventListener('abort', () => {
        session.drop(toError(signal.reason).message);
      });
    });
  }

  #tellEnd(error: Error): void {
    const since = this.#options.scheduler.now();
    if (isFinal(error) || isBusy(error)) this.#events.onState({ kind: 'failed', error });
    else this.#events.onState({ kind: 'offline', since, reason: error.message });
  }

  /** Waits before the next dial; where dialling cannot help, until somebody asks for it. */
  async #waitBeforeDial(error: Error, signal: AbortSignal): Promise<void> {
    this.#failures++;
    const backoff = isBusy(error) ? busyMs : backoffDelay(this.#failures, this.#options.random());
    try {
      await (isFinal(error) ? untilAborted(signal) : delay(this.#options.scheduler, backoff, signal));
    } catch (thrown) {
      if (!isAbortError(thrown)) throw thrown;
      this.#tellRedial();
    }
  }

  #tellRedial(): void {
    if (!this.#closing.signal.aborted && this.#pause === undefined) this.#events.onState({ kind: 'connecting' });
  }
}

const finalCodes: ReadonlySet<string> = new Set([
  'sync.wrong-token',
  'sync.version-mismatch',
  'sync.superseded',
  'sync.refused',
]);

/** Whether dialling again would end the same way. */
function isFinal(error: Error): boolean {
  return error instanceof UserError && finalCodes.has(error.code);
}

function isBusy(error: Error): boolean {
  return error instanceof UserError && error.code === 'sync.busy';
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onAbort = (): void => {
      reject(abortReason(signal));
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
