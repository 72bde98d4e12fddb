import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { silentLog } from '../../../src/base/log.ts';
import type { Scheduler } from '../../../src/base/scheduler.ts';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import { contextsOf } from '../../../src/cluster/core/kubeconfigContexts.ts';
import { readKubeconfigFile } from '../../../src/cluster/core/kubeconfigFile.ts';
import { openKubeCluster } from '../../../src/cluster/kubeCluster.ts';

/** One request as the server saw it, with its body. */
export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server on loopback that answers as a test scripts it. */
export interface ScriptedServer {
  readonly address: string;
  /** Everything that was asked, in order. */
  readonly seen: readonly SeenRequest[];
  /** Connections that were accepted so far. */
  readonly connections: number;
  /** Connections that are open now. */
  open(): Promise<number>;
  /** Cuts all connections. */
  cut(): void;
  close(): Promise<void>;
}

/** Starts a server; `tls` makes it HTTPS. */
export async function startScriptedServer(
  answer: (request: SeenRequest, response: ServerResponse) => void,
  options: { readonly tls?: ServerOptions; readonly port?: number } = {},
): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  let connections = 0;
  const listener: RequestListener = (request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://server');
      const one = { method: request.method ?? '', url, headers: request.headers, body };
      seen.push(one);
      answer(one, response);
    });
  };
  const server: Server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    seen,
    get connections() {
      return connections;
    },
    open: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
      }),
    cut: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** The body of a failed answer. */
export function failure(code: number, reason: string, message = reason): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message };
}

/** Opens a cluster by a kubeconfig of one cluster and one user, each given as the entry's body. */
export function openScripted(
  scheduler: Scheduler,
  cluster: object,
  user: object = {},
  file = '/nowhere/config',
): Cluster {
  const text = JSON.stringify({
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
  const { contexts, problems } = contextsOf([[readKubeconfigFile(file, text)]]);
  const [context] = contexts;
  if (context === undefined) throw new Error(JSON.stringify(problems));
  return openKubeCluster({ context, scheduler, log: silentLog });
}
