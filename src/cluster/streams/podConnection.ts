import type { WebSocket } from 'ws';
import type { Disposable } from '../../base/disposable.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { Heartbeat } from './heartbeat.ts';

/** What a connection tells its owner. */
export interface PodConnectionEvents {
  /** The payload is valid only during the call unless it is copied or handed on to a stream. */
  message(channel: number, payload: Buffer): void;
  /** Called once, unless the owner closed it. `error` is absent when the server closed in order. */
  closed(error: Error | undefined): void;
}

export interface PodConnectionOptions {
  readonly scheduler: Scheduler;
  /** A channel on which the server ignores what comes. */
  readonly ignoredChannel: number;
  /** Whether the API server answers on another connection. */
  readonly reachable: () => Promise<boolean>;
}

/**
 * A WebSocket whose messages start with the number of a channel, as the kubelet speaks it, with back-pressure both
 * ways and a heartbeat. Takes over a paused socket and reads from it at once.
 */
export class PodConnection implements Disposable {
  readonly #socket: WebSocket;
  readonly #events: PodConnectionEvents;
  readonly #heartbeat: Heartbeat;
  readonly #scheduler: Scheduler;
  #timer: Disposable | undefined;
  #failure: Error | undefined;
  #over = false;

  constructor(socket: WebSocket, options: PodConnectionOptions, events: PodConnectionEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#scheduler = options.scheduler;
    this.#heartbeat = new Heartbeat(options.scheduler, {
      ping: (payload) => socket.ping(payload),
      reachable: options.reachable,
      dead: () => this.#fail(new Error('The API server gave no sign of life.')),
    });
    this.#keepBusy(options.ignoredChannel);
    socket.on('message', (data) => this.#onMessage(data as Buffer));
    socket.on('pong', (payload) => this.#heartbeat.pong(payload.toString('latin1')));
    socket.on('error', (error) => (this.#failure ??= error));
    socket.on('close', (code) => this.#onClose(code));
    socket.resume();
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  /** Sends bytes of one channel; `done` is called when more may be sent. After the end everything is swallowed. */
  send(channel: number, bytes: Uint8Array, done: () => void = noop): void {
    if (this.#over) {
      done();
      return;
    }
    for (let start = 0; ; start += maxPayloadBytes) {
      const payload = bytes.subarray(start, start + maxPayloadBytes);
      const last = start + maxPayloadBytes >= bytes.length;
      const frame = Buffer.allocUnsafe(payload.length + 1);
      frame[0] = channel;
      frame.set(payload, 1);
      this.#heartbeat.sent(frame.length);
      const full = last && this.#socket.bufferedAmount > maxBufferedBytes;
      // A failure to send ends the socket, whose `close` is told; the writer only has to be set free.
      this.#socket.send(frame, full ? () => done() : noop);
      if (last) {
        if (!full) done();
        return;
      }
    }
  }

  /** Stops reading from the network; a few messages that were read already may still come. */
  pause(): void {
    this.#socket.pause();
    this.#heartbeat.pause();
  }

  resume(): void {
    this.#socket.resume();
    this.#heartbeat.resume();
  }

  /** Ends in order: what was sent still arrives, if the server takes it within a second. Nothing is told any more. */
  close(): void {
    if (!this.#end()) return;
    this.#timer = this.#scheduler.after(closeMilliseconds, () => this.#socket.terminate());
    this.#socket.resume();
    this.#socket.close(1000);
  }

  /** Ends at once. Nothing is told any more. */
  dispose(): void {
    this.#end();
    this.#socket.terminate();
  }

  #onMessage(data: Buffer): void {
    if (this.#over) return;
    this.#heartbeat.heard();
    const channel = data[0];
    if (channel !== undefined) this.#events.message(channel, data.subarray(1));
  }

  #onClose(code: number): void {
    this.#timer?.dispose();
    if (!this.#end()) return;
    const inOrder = code === 1000 || code === 1005;
    this.#events.closed(inOrder ? undefined : (this.#failure ?? new Error(`The connection broke (code ${code}).`)));
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#socket.terminate();
  }

  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#heartbeat.dispose();
    this.#timer?.dispose();
    return true;
  }

  /** The kubelet ends a connection on which no message came for hours; pings do not count for it. */
  #keepBusy(ignoredChannel: number): void {
    this.#timer = this.#scheduler.after(busyMilliseconds, () => {
      this.send(ignoredChannel, nothing);
      this.#keepBusy(ignoredChannel);
    });
  }
}

/** The API server reads each message as a whole before it hands it on. */
const maxPayloadBytes = 64 * 1024;
const maxBufferedBytes = 256 * 1024;
const closeMilliseconds = 1_000;
const busyMilliseconds = 10 * 60_000;
const nothing = new Uint8Array();

function noop(): void {}
