import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Scheduler, systemScheduler } from '../../../src/base/scheduler.ts';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import { until } from '../../machine/until.ts';
import { openScripted } from './scriptedServer.ts';

/** One stream as the server of a test sees it. */
export interface ServedStream {
  readonly socket: WebSocket;
  readonly url: URL;
  /** Everything that came, in order: the channel and the bytes. */
  readonly received: readonly { readonly channel: number; readonly text: string }[];
  /** Bytes that came so far, without channels. */
  readonly receivedBytes: number;
  send(channel: number, payload: string | Uint8Array): void;
}

/** A server on loopback that opens streams as the API server does, and the cluster that is connected to it. */
export interface PodServer {
  readonly cluster: Cluster;
  readonly streams: readonly ServedStream[];
  /** Requests that asked for no stream, as `METHOD path`. */
  readonly requests: readonly string[];
  /** Answers that are no stream; by default any request gets `{}`. */
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** Called with a request for a stream before it is opened; `true` says that the request was answered otherwise. */
  refuse: (request: IncomingMessage, response: (head: string, body: string) => void) => boolean;
  /** Waits for the next stream that nobody waited for yet. */
  next(): Promise<ServedStream>;
  /** Number of open connections. */
  open(): number;
}

/** Starts both for the length of a test, after which no connection may be left. */
export async function startPodServer(
  t: TestContext,
  options: { scheduler?: Scheduler; protocol?: string; autoPong?: boolean; user?: object } = {},
): Promise<PodServer> {
  const http = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    served.answer(request, response);
  });
  const requests: string[] = [];
  const streams: ServedStream[] = [];
  const sockets = new Set<{ destroy(): void }>();
  let taken = 0;
  const upgrades = new WebSocketServer({
    noServer: true,
    autoPong: options.autoPong ?? true,
    perMessageDeflate: false,
    handleProtocols: (offered) => options.protocol ?? [...offered][0] ?? false,
  });
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  http.on('upgrade', (request, socket, head) => {
    const answerInstead = (status: string, body: string): void => {
      socket.end(
        `HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      );
    };
    if (served.refuse(request, answerInstead)) {
      socket.on('end', () => socket.destroy()).on('error', () => undefined);
      socket.resume();
      return;
    }
    upgrades.handleUpgrade(request, socket, head, (opened) => {
      streams.push(serve(opened, new URL(request.url ?? '/', 'http://server')));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const cluster = openScripted(
    options.scheduler ?? systemScheduler,
    { server: `http://127.0.0.1:${port}` },
    options.user ?? { token: 'secret' },
  );
  const served: PodServer = {
    cluster,
    streams,
    requests,
    answer: (_request, response) => response.end('{}'),
    refuse: () => false,
    next: async () => {
      taken += 1;
      const wanted = taken;
      return until('a stream was opened', () => streams[wanted - 1]);
    },
    open: () => sockets.size,
  };
  t.after(async () => {
    cluster.dispose();
    try {
      await until('all connections are closed', () => sockets.size === 0);
    } finally {
      for (const socket of sockets) socket.destroy();
      http.close();
    }
  });
  return served;
}

function serve(socket: WebSocket, url: URL): ServedStream {
  const received: { channel: number; text: string }[] = [];
  let receivedBytes = 0;
  socket.on('error', () => undefined);
  socket.on('message', (data: Buffer) => {
    receivedBytes += data.length - 1;
    received.push({ channel: data[0] ?? -1, text: data.length < 10_000 ? data.subarray(1).toString() : '' });
  });
  return {
    socket,
    url,
    received,
    get receivedBytes() {
      return receivedBytes;
    },
    send: (channel, payload) => {
      socket.send(Buffer.concat([Uint8Array.of(channel), Buffer.from(payload)]));
    },
  };
}
