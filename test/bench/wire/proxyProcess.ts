import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { delayLine } from './delayLine.ts';
import type { ProxyAnswer, ProxyRequest, ProxySettings } from './proxyMessages.ts';

// A process of its own between this machine and the API server: counts what each peer sends and gets, and makes the way
// longer for all alike.

const settings = JSON.parse(process.argv[2] ?? '') as ProxySettings;
let oneWay = 0;

interface Door {
  up: number;
  down: number;
  readonly sockets: Set<Socket>;
}
const doors = new Map<string, Door>();

process.on('message', (request: ProxyRequest) => {
  const { id } = request;
  switch (request.kind) {
    case 'open':
      open(request.name, (port) => answer({ id, port }));
      return;
    case 'count': {
      const { up = 0, down = 0 } = doors.get(request.name) ?? {};
      answer({ id, traffic: { up, down } });
      return;
    }
    case 'cut':
      for (const socket of doors.get(request.name)?.sockets ?? []) socket.resetAndDestroy();
      answer({ id });
      return;
    case 'roundTrip':
      oneWay = request.milliseconds / 2;
      answer({ id });
  }
});
process.on('disconnect', () => process.exit());

function open(name: string, onOpen: (port: number) => void): void {
  const door: Door = { up: 0, down: 0, sockets: new Set() };
  doors.set(name, door);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ ...settings, allowHalfOpen: true, noDelay: true });
    for (const socket of [near, far]) {
      door.sockets.add(socket);
      socket.on('close', () => door.sockets.delete(socket));
    }
    const delay = (): number => oneWay;
    delayLine(near, far, { delay, passed: (bytes) => (door.up += bytes) });
    delayLine(far, near, { delay, passed: (bytes) => (door.down += bytes) });
  });
  server.listen(0, '127.0.0.1', () => onOpen((server.address() as AddressInfo).port));
}

function answer(message: ProxyAnswer): void {
  process.send?.(message);
}
