import assert from 'node:assert/strict';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { test } from 'node:test';
import { WebSocketServer } from 'ws';
import { silentLog } from '../../../src/base/log.ts';
import { protocolVersion } from '../../../src/protocol/limits.ts';
import type { LinkState } from '../../../src/sync/core/engineStatus.ts';
import { seal } from '../../../src/sync/link/frames.ts';
import { Link, type LinkOptions } from '../../../src/sync/link/link.ts';
import { openWebSocket } from '../../../src/sync/link/webSocketClient.ts';
import { VirtualScheduler } from '../../fakes/virtualScheduler.ts';
import { until } from './world.ts';

test('dials at 0.2, 0.5, 1, 2 and then every 5 seconds', async () => {
  const scheduler = new VirtualScheduler();
  let dials = 0;
  const { link } = open({
    scheduler,
    connect: () => {
      dials++;
      return Promise.reject(new Error('no route'));
    },
  });
  for (const [index, wait] of [200, 500, 1000, 2000, 5000, 5000].entries()) {
    await until(
      () => (dials === index + 1 && scheduler.pending.includes(wait) ? true : undefined),
      2000,
      () => `${dials} dials`,
    );
    scheduler.advance(wait);
  }
  await link.close();
  assert.deepEqual(scheduler.pending, [], 'no timer is left');
});

test('asking for a connection dials at once and begins anew', async () => {
  const scheduler = new VirtualScheduler();
  let dials = 0;
  const { link, states } = open({
    scheduler,
    connect: () => {
      dials++;
      return Promise.reject(new Error('no route'));
    },
  });
  await until(
    () => (scheduler.pending.includes(200) ? true : undefined),
    2000,
    () => 'no wait',
  );
  scheduler.advance(200);
  await until(
    () => (scheduler.pending.includes(500) ? true : undefined),
    2000,
    () => 'no second wait',
  );
  link.reconnectNow();
  await until(
    () => (dials === 3 && scheduler.pending.includes(200) ? true : undefined),
    2000,
    () => `${dials} dials`,
  );
  assert.ok(states.some(({ kind }) => kind === 'connecting'));
  await link.close();
});

test('a connection on which nothing is heard for 15 seconds is given up', async () => {
  const scheduler = new VirtualScheduler();
  const pings: Buffer[] = [];
  const server = await welcomingServer((data) => pings.push(data));
  const { link, states } = open({ scheduler, connect: () => Promise.resolve(connect(portOf(server))) });
  await until(
    () => (states.at(-1)?.kind === 'online' ? true : undefined),
    2000,
    () => JSON.stringify(states),
  );
  scheduler.advance(5000);
  await until(
    () => (pings.length === 1 ? true : undefined),
    2000,
    () => `${pings.length} pings`,
  );
  scheduler.advance(5000);
  scheduler.advance(5000);
  await until(
    () => (states.at(-1)?.kind === 'offline' ? true : undefined),
    2000,
    () => JSON.stringify(states),
  );
  const last = states.at(-1);
  assert.match(last?.kind === 'offline' ? last.reason : '', /15 seconds/);
  await link.close();
  server.close();
});

test('a stream on which no answer comes is given up after 20 seconds', async () => {
  const scheduler = new VirtualScheduler();
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await until(
    () => (server.listening ? true : undefined),
    2000,
    () => 'not listening',
  );
  const { link, states } = open({ scheduler, connect: () => Promise.resolve(connect(portOf(server))) });
  await until(
    () => (sockets.length === 1 ? true : undefined),
    2000,
    () => 'no dial',
  );
  scheduler.advance(20_000);
  await until(
    () => (states.at(-1)?.kind === 'offline' ? true : undefined),
    2000,
    () => JSON.stringify(states),
  );
  await link.close();
  for (const socket of sockets) socket.destroy();
  server.close();
});

interface OpenOptions extends Pick<LinkOptions, 'scheduler'> {
  readonly connect: () => Promise<Socket>;
}

function open({ scheduler, connect }: OpenOptions): { link: Link; states: LinkState[] } {
  const states: LinkState[] = [];
  const dial: LinkOptions['dial'] = async (signal) => openWebSocket(await connect(), 't', signal);
  const link = new Link(
    { scheduler, dial, greeting: { workspaceId: 'w', sessionId: 's' }, log: silentLog, random: () => 0.5 },
    { onState: (state) => states.push(state), onOnline() {}, onOffline() {}, onMessage() {} },
  );
  return { link, states };
}

/** A sidecar that says welcome and then nothing any more. */
function welcomingServer(onMore: (data: Buffer) => void): Promise<Server> {
  const http = createHttpServer();
  new WebSocketServer({ server: http }).on('connection', (socket) => {
    socket.once('message', () => {
      const ids = { volumeId: 'v', bootId: 'b', productVersion: '0' };
      socket.send(seal({ kind: 'welcome', protocolVersion, ...ids, credit: 1000 }));
      socket.on('message', onMore);
    });
  });
  return new Promise((resolve) => {
    http.listen(0, '127.0.0.1', () => {
      resolve(http);
    });
  });
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}
