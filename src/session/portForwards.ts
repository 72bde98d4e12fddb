import { createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Duplex } from 'node:stream';
import { isAbortError, toError, UserError } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import type { Log } from '../base/log.ts';
import type { ForwardState } from './core/state.ts';

/** Opens one byte stream to a port of the session's current pod, waiting for a pod when there is none just now. */
export type DialPod = (port: number, signal: AbortSignal) => Promise<Duplex>;

interface Forward {
  readonly server: Server;
  readonly local: number;
  readonly sockets: Set<Socket>;
}

/**
 * Ports of the pod offered on 127.0.0.1. A forward belongs to the session, not to the pod: it keeps its local port
 * when the pod is replaced, and each connection is one stream of its own, so that one failing does not end others.
 */
export class PortForwards {
  readonly #dial: DialPod;
  readonly #log: Log;
  readonly #forwards = new Map<number, Forward>();
  readonly #abort = new AbortController();
  readonly #changed = new Emitter<readonly ForwardState[]>();

  readonly onChange = this.#changed.event;

  constructor(dial: DialPod, log: Log) {
    this.#dial = dial;
    this.#log = log;
  }

  get states(): readonly ForwardState[] {
    return [...this.#forwards].map(([remote, { local }]) => ({ remote, local }));
  }

  /**
   * Offers `remote` on 127.0.0.1:`local`; `local` 0 prefers the same number and takes a free one otherwise. Throws
   * `UserError` `forward.port-in-use` when the wished port is taken.
   */
  async open(remote: number, local: number): Promise<ForwardState> {
    const existing = this.#forwards.get(remote);
    if (existing !== undefined && (local === 0 || local === existing.local)) return { remote, local: existing.local };
    const opened = await this.#listen(remote, local);
    await this.close(remote);
    this.#forwards.set(remote, opened);
    this.#changed.fire(this.states);
    return { remote, local: opened.local };
  }

  async close(remote: number): Promise<void> {
    const forward = this.#forwards.get(remote);
    if (forward === undefined) return;
    this.#forwards.delete(remote);
    await closeForward(forward);
    this.#changed.fire(this.states);
  }

  async closeAll(): Promise<void> {
    this.#abort.abort();
    const forwards = [...this.#forwards.values()];
    this.#forwards.clear();
    await Promise.all(forwards.map(closeForward));
    this.#changed.dispose();
  }

  async #listen(remote: number, local: number): Promise<Forward> {
    if (local !== 0) return this.#listenOn(remote, local);
    try {
      return await this.#listenOn(remote, remote);
    } catch (error) {
      this.#log.debug(`Port ${remote} is not free on this machine; taking any other.`, toError(error).message);
      return this.#listenOn(remote, 0);
    }
  }

  #listenOn(remote: number, port: number): Promise<Forward> {
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      // A broken client is no news for anybody; what matters is told by `pipeline`.
      socket.on('error', () => undefined);
      this.#serve(remote, socket);
    });
    return new Promise((resolve, reject) => {
      server.once('error', (cause) => {
        reject(portError(port, remote, cause));
      });
      server.listen({ host: '127.0.0.1', port }, () => {
        const address = server.address();
        const local = typeof address === 'object' && address !== null ? address.port : port;
        resolve({ server, local, sockets });
      });
    });
  }

  #serve(remote: number, socket: Socket): void {
    this.#pump(remote, socket).catch((error: unknown) => {
      if (!isAbortError(error)) {
        this.#log.debug(`Forwarded connection to port ${remote} ended: ${toError(error).message}`);
      }
      // A reset tells the client that the answer is cut; an orderly end would make it look complete.
      socket.resetAndDestroy();
    });
  }

  async #pump(remote: number, socket: Socket): Promise<void> {
    const gone = new AbortController();
    socket.once('close', () => {
      gone.abort();
    });
    const stream = await this.#dial(remote, AbortSignal.any([this.#abort.signal, gone.signal]));
    await Promise.all([pipeline(socket, stream), pipeline(stream, socket)]);
  }
}

async function closeForward({ server, sockets }: Forward): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets) socket.destroy();
  await closed;
}

function portError(port: number, remote: number, cause: Error): UserError {
  return new UserError({
    code: 'forward.port-in-use',
    message: `Port ${remote} of the pod cannot be offered on port ${port} of this machine: ${portTrouble(cause)}.`,
    next: 'Stop the program that uses it, or forward to another port.',
    cause,
  });
}

function portTrouble(cause: Error): string {
  const code = 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') return 'another program uses it';
  if (code === 'EACCES') return 'this system keeps it for privileged programs';
  return cause.message;
}
