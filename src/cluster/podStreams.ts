import type { Duplex, Readable } from 'node:stream';
import type { Scheduler } from '../base/scheduler.ts';
import type { ApiClient } from './apiClient.ts';
import type { ExecOptions, ExecStream, LogOptions } from './cluster.ts';
import { apiPath } from './core/apiPath.ts';
import { types } from './core/objects.ts';

/** The streams to pods: processes, ports and logs. */
export class PodStreams {
  readonly #client: ApiClient;

  constructor(client: ApiClient, _scheduler: Scheduler, _closed: AbortSignal) {
    this.#client = client;
  }

  exec(_options: ExecOptions, _signal: AbortSignal): Promise<ExecStream> {
    throw new Error('todo');
  }

  portForward(_target: { namespace: string; pod: string; port: number }, _signal: AbortSignal): Promise<Duplex> {
    throw new Error('todo');
  }

  logs({ namespace, pod, container, follow, tailLines, previous }: LogOptions, signal: AbortSignal): Promise<Readable> {
    const target = { type: types.pod, namespace, name: pod, subresource: 'log' } as const;
    const path = apiPath(target, { container, follow, tailLines, previous });
    return this.#client.stream({ method: 'GET', path, action: { verb: 'get', ...target } }, signal);
  }
}
