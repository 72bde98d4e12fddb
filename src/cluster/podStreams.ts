import type { Duplex, Readable } from 'node:stream';
import { abortReason, UserError } from '../base/errors.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { ApiClient } from './apiClient.ts';
import type { ExecOptions, ExecStream, LogOptions } from './cluster.ts';
import { apiPath } from './core/apiPath.ts';
import { types } from './core/objects.ts';
import { execIgnoredChannel, execProtocols, execStream } from './streams/execStream.ts';
import { logStream } from './streams/logStream.ts';
import { openWebSocket, type UpgradeRequest } from './streams/openWebSocket.ts';
import { PodConnection, type PodConnectionEvents } from './streams/podConnection.ts';
import { portForwardIgnoredChannel, portForwardProtocols, portForwardStream } from './streams/portForwardStream.ts';

/** The streams to pods: processes, ports and logs. A signal ends the opening; an open stream ends with the cluster. */
export class PodStreams {
  readonly #client: ApiClient;
  readonly #scheduler: Scheduler;
  readonly #closed: AbortSignal;

  constructor(client: ApiClient, scheduler: Scheduler, closed: AbortSignal) {
    this.#client = client;
    this.#scheduler = scheduler;
    this.#closed = closed;
  }

  async exec(options: ExecOptions, signal: AbortSignal): Promise<ExecStream> {
    const { namespace, pod, container, command, tty } = options;
    const target = { type: types.pod, namespace, name: pod, subresource: 'exec' } as const;
    const path = apiPath(target, { container, stdin: true, stdout: true, stderr: !tty, tty });
    const request = {
      path: path + command.map((word) => `&command=${encodeURIComponent(word)}`).join(''),
      protocols: execProtocols,
      action: { verb: 'create', ...target },
    } as const;
    const connect = await this.#connect(request, execIgnoredChannel, signal);
    const stream = execStream(options, tty, connect);
    onAbort(this.#closed, stream.stdout, () => stream.dispose());
    return stream;
  }

  async portForward(target: { namespace: string; pod: string; port: number }, signal: AbortSignal): Promise<Duplex> {
    const { namespace, pod, port } = target;
    const api = { type: types.pod, namespace, name: pod, subresource: 'portforward' } as const;
    const request = {
      path: apiPath(api, { ports: port }),
      protocols: portForwardProtocols,
      action: { verb: 'create', ...api },
    } as const;
    const connect = await this.#connect(request, portForwardIgnoredChannel, signal);
    const stream = portForwardStream(target, this.#scheduler, connect);
    onAbort(this.#closed, stream, () => stream.destroy(abortReason(this.#closed)));
    return stream;
  }

  async logs(options: LogOptions, signal: AbortSignal): Promise<Readable> {
    const { namespace, pod, container, follow, tailLines, previous } = options;
    const target = { type: types.pod, namespace, name: pod, subresource: 'log' } as const;
    const path = apiPath(target, { container, follow, tailLines, previous });
    const action = { verb: 'get', ...target } as const;
    const answer = await this.#client.stream({ method: 'GET', path, action }, signal);
    return logStream(options, answer, AbortSignal.any([signal, this.#closed]));
  }

  async #connect(
    request: UpgradeRequest,
    ignoredChannel: number,
    signal: AbortSignal,
  ): Promise<(events: PodConnectionEvents) => PodConnection> {
    const opening = AbortSignal.any([signal, this.#closed]);
    opening.throwIfAborted();
    const socket = await openWebSocket(this.#client, this.#scheduler, request, opening);
    const options = { scheduler: this.#scheduler, ignoredChannel, reachable: () => this.#reachable() };
    return (events) => new PodConnection(socket, options, events);
  }

  /** Any answer will do, a refusal too. */
  async #reachable(): Promise<boolean> {
    const late = new AbortController();
    const limit = this.#scheduler.after(reachMilliseconds, () => late.abort());
    try {
      const action = { verb: 'get', type: undefined } as const;
      await this.#client.json({ method: 'GET', path: '/version', action }, late.signal);
      return true;
    } catch (error) {
      return error instanceof UserError && !unreachableCodes.has(error.code);
    } finally {
      limit.dispose();
    }
  }
}

const reachMilliseconds = 3_000;
const unreachableCodes = new Set(['cluster.unreachable', 'cluster.timeout', 'cluster.certificate']);

/** Calls `end` when the signal aborts while the stream is open. */
function onAbort(signal: AbortSignal, stream: Readable, end: () => void): void {
  if (signal.aborted) {
    end();
    return;
  }
  signal.addEventListener('abort', end, { once: true });
  stream.once('close', () => signal.removeEventListener('abort', end));
}
