import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on loopback that can fail as networks do. */
export interface FaultyProxy extends AsyncDisposable {
  readonly port: number;
  /** From now on nothing is passed on, either way, while all connections stay open. */
  freeze(): void;
  /** Passes on what was held back, and what comes. */
  thaw(): void;
  /** Resets all connections; new ones are taken. */
  cut(): void;
}

/** Starts a proxy in front of `host`:`port`. */
export async function startFaultyProxy(host: string, port: number): Promise<FaultyProxy> {
  const sockets = new Set<Socket>();
  let frozen = false;
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.setNoDelay();
    if (frozen) socket.pause();
  };
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    const far = connect({ host, port, allowHalfOpen: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk) => {
        if (!to.write(chunk)) from.pause();
      });
      to.on('drain', () => {
        if (!frozen) from.resume();
      });
      from.on('end', () => to.end());
      from.on('close', () => to.destroy());
    }
    track(near);
    track(far);
    if (!frozen) near.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const each = (act: (socket: Socket) => void): void => {
    for (const socket of sockets) act(socket);
  };
  return {
    port: (server.address() as AddressInfo).port,
    freeze() {
      frozen = true;
      each((socket) => socket.pause());
    },
    thaw() {
      frozen = false;
      each((socket) => socket.resume());
    },
    cut: () => each((socket) => socket.resetAndDestroy()),
    async [Symbol.asyncDispose]() {
      each((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}
