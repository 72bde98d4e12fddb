import { Readable, Writable } from 'node:stream';
import { AbortError, toError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { ExecStream } from '../cluster.ts';
import { type ProcessPlace, processLost, readProcessEnd } from '../core/podStreamErrors.ts';
import type { PodConnection, PodConnectionEvents } from './podConnection.ts';

/** Subprotocols for processes: only the fifth can close stdin, servers before 1.30 speak the fourth. */
export const execProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

/** The server sends on it and ignores what comes. */
export const execIgnoredChannel = 3;

const channels = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const;

/** The process behind a connection; `connect` gets the listener for what comes. */
export function execStream(
  place: ProcessPlace,
  tty: boolean,
  connect: (events: PodConnectionEvents) => PodConnection,
): ExecStream {
  return new PodProcess(place, tty, connect);
}

class PodProcess implements ExecStream {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exit: Promise<number>;
  readonly #place: ProcessPlace;
  readonly #tty: boolean;
  readonly #connection: PodConnection;
  readonly #exit = Promise.withResolvers<number>();
  /** Streams whose reader is behind; nothing is read from the network while there is one. */
  readonly #full = new Set<Readable>();
  /** The size that was told before the process was seen to live. */
  #earlySize: { readonly columns: number; readonly rows: number } | undefined;
  #alive = false;

  constructor(place: ProcessPlace, tty: boolean, connect: (events: PodConnectionEvents) => PodConnection) {
    this.#place = place;
    this.#tty = tty;
    this.exit = this.#exit.promise;
    // Who does not ask for the exit code is not interested in why there is none.
    this.exit.catch(() => undefined);
    this.stdout = this.#output();
    this.stderr = this.#output();
    this.stdin = new Writable({
      write: (chunk: Buffer, _encoding, done) => this.#connection.send(channels.stdin, chunk, done),
      final: (done) => {
        this.#closeStdin();
        done();
      },
    });
    this.stdin.on('error', () => undefined);
    this.#connection = connect({
      message: (channel, payload) => this.#onMessage(channel, payload),
      closed: (error) => this.#lose(processLost(place, error)),
    });
  }

  resize(columns: number, rows: number): void {
    if (!this.#tty) return;
    if (!this.#alive) this.#earlySize = { columns, rows };
    this.#connection.send(channels.resize, Buffer.from(JSON.stringify({ Width: columns, Height: rows })));
  }

  dispose(): void {
    this.#connection.close();
    this.#exit.reject(new AbortError('The process was let go'));
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream.destroy();
  }

  #output(): Readable {
    const stream = new Readable({
      read: () => {
        if (this.#full.delete(stream) && this.#full.size === 0) this.#connection.resume();
      },
    });
    // Without a listener a broken connection would end the whole program; readers still learn of it.
    stream.on('error', () => undefined);
    return stream;
  }

  #onMessage(channel: number, payload: Buffer): void {
    if (payload.length === 0) return;
    this.#onSignOfLife();
    if (channel === channels.stdout) this.#push(this.stdout, payload);
    else if (channel === channels.stderr) this.#push(this.stderr, payload);
    else if (channel === channels.status) this.#onStatus(payload);
  }

  /** A size that comes before the runtime has made the terminal is lost, so it is told again with the first output. */
  #onSignOfLife(): void {
    if (this.#alive) return;
    this.#alive = true;
    if (this.#earlySize !== undefined) this.resize(this.#earlySize.columns, this.#earlySize.rows);
  }

  #push(stream: Readable, payload: Buffer): void {
    if (stream.destroyed || stream.push(payload)) return;
    this.#full.add(stream);
    this.#connection.pause();
  }

  /** The server sends the status after all output. */
  #onStatus(payload: Buffer): void {
    let status: Json;
    try {
      status = JSON.parse(payload.toString()) as Json;
    } catch (error) {
      this.#lose(processLost(this.#place, toError(error)));
      return;
    }
    const end = readProcessEnd(status, this.#place);
    this.#connection.close();
    this.stdout.push(null);
    this.stderr.push(null);
    if (typeof end === 'number') this.#exit.resolve(end);
    else this.#exit.reject(end);
  }

  #lose(error: Error): void {
    this.#connection.dispose();
    this.#exit.reject(error);
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream.destroy(error);
  }

  #closeStdin(): void {
    if (this.#connection.protocol === execProtocols[0]) {
      this.#connection.send(channels.close, Uint8Array.of(channels.stdin));
    }
  }
}
