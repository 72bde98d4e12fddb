import type { MessageSocket } from '../../src/sync/link/messageSocket.ts';
import type { Program } from './program.ts';

type Message =
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string };

interface Listeners {
  message: ((data: Buffer, isBinary: boolean) => void)[];
  close: ((code: number, reason: Buffer) => void)[];
  error: ((error: Error) => void)[];
}

/** Changes messages on their way: gives what arrives instead of each. */
export type Tamper = (from: 'client' | 'server', bytes: Buffer) => readonly Buffer[];

/** One end of a connection, as a WebSocket behaves. */
class WireSocket implements MessageSocket {
  readonly OPEN = 1;
  readyState = 1;
  /** Sent and still in this machine. */
  readonly leaving: { readonly message: Message; readonly onTaken: (() => void) | undefined }[] = [];
  /** On its way to the other end. */
  readonly underWay: Message[] = [];
  readonly program: Program;
  readonly #listeners: Listeners = { message: [], close: [], error: [] };

  constructor(program: Program) {
    this.program = program;
  }

  on<K extends keyof Listeners>(event: K, listener: Listeners[K][number]): this {
    const listeners: unknown[] = this.#listeners[event];
    listeners.push(listener);
    return this;
  }

  send(bytes: Uint8Array, onTaken?: (error?: Error) => void): void {
    if (this.readyState !== this.OPEN) {
      this.program.soon(() => onTaken?.(new Error('The connection is not open.')));
      return;
    }
    this.leaving.push({ message: { kind: 'data', bytes: Buffer.from(bytes) }, onTaken });
  }

  close(code: number, reason: string): void {
    if (this.readyState !== this.OPEN) return;
    this.readyState = 2;
    this.leaving.push({ message: { kind: 'close', code, reason }, onTaken: undefined });
  }

  terminate(): void {
    if (this.readyState === 3) return;
    this.leaving.length = 0;
    this.underWay.push({ kind: 'close', code: 1006, reason: '' });
    this.ended(1006, '');
  }

  /** The oldest message leaves this machine. */
  take(): void {
    const next = this.leaving.shift();
    if (next === undefined) return;
    this.underWay.push(next.message);
    if (next.onTaken !== undefined) this.program.soon(next.onTaken);
  }

  receive(message: Message): void {
    if (this.readyState === 3) return;
    if (message.kind === 'data') for (const listener of this.#listeners.message) listener(message.bytes, true);
    else {
      // Whoever is told goodbye says it too.
      if (message.code !== 1006) this.underWay.push(message);
      this.ended(message.code, message.reason);
    }
  }

  /** The process is told in one of its next turns. */
  ended(code: number, reason: string): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.program.soon(() => {
      for (const listener of this.#listeners.close) listener(code, Buffer.from(reason));
    });
  }
}

/** A connection in memory: keeps the order, is as slow as whoever drives it, and can break at any message. */
export class Wire {
  readonly client: WireSocket;
  readonly server: WireSocket;
  /** Nothing gets through any more and nobody is told. */
  isDeaf = false;
  /** Whether the server knows of it. */
  isAccepted = false;
  readonly #tamper: Tamper;

  constructor(client: Program, server: Program, tamper: Tamper) {
    this.client = new WireSocket(client);
    this.server = new WireSocket(server);
    this.#tamper = tamper;
  }

  /** Whether nothing will ever happen on it again. */
  get isOver(): boolean {
    const [client, server] = [this.client, this.server];
    const over = (socket: WireSocket): boolean => socket.readyState === 3 || !socket.program.isAlive;
    return over(client) && over(server);
  }

  /** Bytes of messages that the client sent and the server has not received. */
  get clientBytes(): number {
    const messages = [...this.client.underWay, ...this.client.leaving.map(({ message }) => message)];
    return messages.reduce((sum, message) => sum + (message.kind === 'data' ? message.bytes.length : 0), 0);
  }

  /** What may happen next; each makes it happen. */
  *moves(): Generator<{ readonly program: Program; readonly run: () => void }> {
    for (const [from, to, name] of [
      [this.client, this.server, 'client'],
      [this.server, this.client, 'server'],
    ] as const) {
      if (from.leaving.length > 0 && from.program.isAlive) yield { program: from.program, run: () => from.take() };
      if (from.underWay.length > 0 && (this.isAccepted || to === this.client))
        yield { program: to.program, run: () => this.#deliver(from, to, name) };
    }
  }

  /** Breaks: what is under way is lost, and both ends will hear of it. */
  cut(): void {
    for (const socket of [this.client, this.server]) {
      socket.leaving.length = 0;
      socket.underWay.length = 0;
      socket.ended(1006, '');
    }
  }

  /** A process is gone; its system says so, unless nothing gets through. */
  died(program: Program): void {
    for (const socket of [this.client, this.server]) {
      if (socket.program !== program || socket.readyState === 3) continue;
      socket.leaving.length = 0;
      socket.readyState = 3;
      socket.underWay.push({ kind: 'close', code: 1006, reason: '' });
    }
  }

  #deliver(from: WireSocket, to: WireSocket, name: 'client' | 'server'): void {
    const message = from.underWay.shift();
    if (message === undefined || this.isDeaf || !to.program.isAlive) return;
    if (message.kind === 'close') to.receive(message);
    else for (const bytes of this.#tamper(name, message.bytes)) to.receive({ kind: 'data', bytes });
  }
}
