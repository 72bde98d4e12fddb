import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { abortReason, toError, UserError } from '../base/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../base/json.ts';
import { delay, type Scheduler } from '../base/scheduler.ts';
import type { ClusterLogin, LoginOptions } from './clusterLogin.ts';
import type { ApiAction, ApiPlace } from './core/apiAction.ts';
import { describeAction } from './core/apiAction.ts';
import { malformedAnswer, readStatus, statusError } from './core/apiErrors.ts';
import { connectionError, loginFailed, timedOut } from './core/connectionErrors.ts';

/** One request to the API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  /** For messages and access rules. */
  readonly action: ApiAction;
  readonly body?: Json;
  /** Of the body; JSON by default. */
  readonly contentType?: string;
}

/** HTTP to one API server: keep-alive, credentials, time limits, and failures as `UserError`s. */
export class ApiClient {
  readonly place: ApiPlace;
  readonly #login: ClusterLogin;
  readonly #scheduler: Scheduler;
  readonly #closed: AbortSignal;

  /** Requests end with the abort reason of `closed` as soon as that aborts. */
  constructor(place: ApiPlace, login: ClusterLogin, scheduler: Scheduler, closed: AbortSignal) {
    this.place = place;
    this.#login = login;
    this.#scheduler = scheduler;
    this.#closed = closed;
  }

  /** The JSON object of a successful answer. */
  async json(request: ApiRequest, signal: AbortSignal): Promise<JsonObject> {
    return this.#within(signal, async (limited) => {
      const response = await this.#accepted(request, limited);
      const text = await readText(response, limited);
      const value = parseObject(text);
      if (value !== undefined) return value;
      throw malformedAnswer(this.place, request.action);
    });
  }

  /** A successful answer whose body is still to be read; only its head is awaited with a time limit. */
  async stream(request: ApiRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const body = AbortSignal.any([signal, this.#closed]);
    return this.#within(signal, (limited) => this.#accepted(request, limited, body));
  }

  /** What the next connection needs as the user; a login program may ask the user first, so this can take minutes. */
  async loginOptions(signal: AbortSignal): Promise<LoginOptions> {
    try {
      return await finishedWithin(this.#login.options(), this.#scheduler, loginMilliseconds, signal);
    } catch (error) {
      throw signal.aborted ? abortReason(signal) : loginFailed(this.place, error);
    }
  }

  /** Runs `attempt`; when it throws `cluster.login-expired`, renews the login and runs it a second time. */
  async withLogin<T>(attempt: () => Promise<T>): Promise<T> {
    const { version } = this.#login;
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'cluster.login-expired') throw error;
    }
    await this.#login.renew(version).catch((error: unknown) => {
      throw loginFailed(this.place, error);
    });
    return attempt();
  }

  /** Sends again where that is safe and promising: a new login, a server that asks to wait, a connection gone stale. */
  async #accepted(request: ApiRequest, signal: AbortSignal, bodySignal = signal): Promise<IncomingMessage> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await this.withLogin(() => this.#answered(request, signal, bodySignal));
      if (typeof response !== 'number') return response;
      if (attempt === maxAttempts) throw tooManyRequests(this.place, request.action);
      await delay(this.#scheduler, response * 1000, signal);
    }
  }

  /** The response, or the seconds after which the server wants to be asked again. */
  async #answered(
    request: ApiRequest,
    signal: AbortSignal,
    bodySignal: AbortSignal,
  ): Promise<IncomingMessage | number> {
    const response = await this.#send(request, signal, bodySignal);
    const code = response.statusCode ?? 0;
    if (code < 300) return response;
    const status = readStatus(code, await readText(response, signal));
    const wait = Number(response.headers['retry-after'] ?? Number.NaN);
    if (code === 429 && wait <= maxRetryAfterSeconds) return wait;
    throw statusError(this.place, request.action, status);
  }

  async #send(request: ApiRequest, signal: AbortSignal, bodySignal: AbortSignal): Promise<IncomingMessage> {
    const options = await this.loginOptions(signal);
    const url = new URL(this.place.server + request.path);
    const payload = request.body === undefined ? undefined : JSON.stringify(request.body);
    const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
    const outgoing = send(url, {
      ...options,
      method: request.method,
      signal: bodySignal,
      headers: {
        ...options.headers,
        Accept: 'application/json',
        'User-Agent': 'podloop',
        ...(payload === undefined
          ? {}
          : {
              'Content-Type': request.contentType ?? 'application/json',
              'Content-Length': Buffer.byteLength(payload),
            }),
      },
    });
    try {
      return await new Promise<IncomingMessage>((resolve, reject) => {
        const onAbort = (): void => void outgoing.destroy(abortReason(signal));
        signal.addEventListener('abort', onAbort, { once: true });
        outgoing.once('response', (response) => {
          signal.removeEventListener('abort', onAbort);
          resolve(response);
        });
        // Stays for the life of the request: a late error without a listener would end the process.
        outgoing.on('error', (error) => {
          signal.removeEventListener('abort', onAbort);
          reject(signal.aborted ? abortReason(signal) : error);
        });
        outgoing.end(payload);
      });
    } catch (error) {
      // The server closed an idle connection just when it was chosen for this request.
      if (outgoing.reusedSocket && request.method === 'GET' && isReset(error)) {
        return this.#send(request, signal, bodySignal);
      }
      throw connectionError(this.place, error);
    }
  }

  /** Bounds `work` in time and by the life of the cluster. */
  async #within<T>(signal: AbortSignal, work: (limited: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    this.#closed.throwIfAborted();
    // The login has its own, longer limit; once it is there, asking for it again takes no time.
    await this.loginOptions(AbortSignal.any([signal, this.#closed]));
    const late = new AbortController();
    const limit = this.#scheduler.after(answerMilliseconds, () => {
      late.abort(Object.assign(new Error(`No answer within ${answerMilliseconds / 1000} s`), { code: timedOut }));
    });
    try {
      return await work(AbortSignal.any([signal, this.#closed, late.signal]));
    } catch (error) {
      if (signal.aborted) throw abortReason(signal);
      if (this.#closed.aborted) throw abortReason(this.#closed);
      throw connectionError(this.place, late.signal.aborted ? abortReason(late.signal) : error);
    } finally {
      limit.dispose();
    }
  }
}

const answerMilliseconds = 30_000;
const loginMilliseconds = 180_000;
const maxAttempts = 4;
const maxRetryAfterSeconds = 10;

/** Waits for `work`, but no longer than the time limit and the signal allow; the work itself goes on. */
async function finishedWithin<T>(
  work: Promise<T>,
  scheduler: Scheduler,
  milliseconds: number,
  signal: AbortSignal,
): Promise<T> {
  const over = new AbortController();
  const tooLate = delay(scheduler, milliseconds, AbortSignal.any([signal, over.signal])).then(() => {
    throw new Error(`it took longer than ${milliseconds / 1000} seconds.`);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    over.abort();
  }
}

async function readText(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  const onAbort = (): void => void response.destroy(abortReason(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const chunk of response) text += String(chunk);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  return text;
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    // The caller says what came instead.
    return undefined;
  }
}

function tooManyRequests(place: ApiPlace, action: ApiAction): UserError {
  const message = `The API server is overloaded: cannot ${describeAction(action)}.`;
  return statusError(place, action, {
    code: 429,
    reason: 'TooManyRequests',
    message,
    causes: [],
    retryAfterSeconds: undefined,
  });
}

function isReset(thrown: unknown): boolean {
  const error = toError(thrown);
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
