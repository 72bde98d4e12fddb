import { crc32 } from 'node:zlib';
import { type Disposable, DisposableStore } from '../../base/disposable.ts';
import { UserError } from '../../base/errors.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { decodeFrame } from '../../protocol/codec.ts';
import type { Refused, Welcome } from '../../protocol/frame.ts';
import { productVersion, protocolVersion } from '../../protocol/limits.ts';
import { closeCodes, deadAfterMs, heartbeatMs } from './closeCodes.ts';
import { seal } from './frames.ts';
import type { MessageSocket } from './messageSocket.ts';

/** Who greets. */
export interface Greeting {
  readonly workspaceId: string;
  readonly sessionId: string;
}

/** What a `Session` tells. */
export interface SessionEvents {
  onWelcome(welcome: Welcome): void;
  /** Any message after the welcome, as received. */
  onMessage(bytes: Uint8Array): void;
  /** The connection is over; told once. */
  onEnd(error: Error): void;
}

/** One connection from hello to end: greets, keeps it alive, and notices when it is dead. */
export class Session implements Disposable {
  readonly #socket: MessageSocket;
  readonly #events: SessionEvents;
  readonly #scheduler: Scheduler;
  readonly #timers = new DisposableStore();
  #isWelcome = false;
  #heardAt: number;
  #pings = 0;
  #ended = false;

  constructor(socket: MessageSocket, greeting: Greeting, scheduler: Scheduler, events: SessionEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#scheduler = scheduler;
    this.#heardAt = scheduler.now();
    socket.on('message', (data) => {
      this.#receive(data);
    });
    socket.on('close', (code, reason) => {
      this.#end(endError(code, reason.toString()));
    });
    this.#beat();
    this.send(seal({ kind: 'hello', protocolVersion, productVersion, ...greeting }), () => {});
  }

  /** Sends one message; `onTaken` is called when the stream has taken it. */
  send(bytes: Uint8Array, onTaken: () => void): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(bytes, (error) => {
      if (!(error instanceof Error)) onTaken();
    });
  }

  /** Ends the connection at once. */
  drop(reason: string): void {
    this.#end(new Error(reason));
  }

  dispose(): void {
    this.#ended = true;
    this.#timers.dispose();
    this.#socket.terminate();
  }

  #receive(data: Buffer): void {
    this.#heardAt = this.#scheduler.now();
    if (this.#ended) return;
    if (this.#isWelcome) {
      this.#events.onMessage(data);
      return;
    }
    const frame = decodeFrame(data, crc32);
    if (frame.kind === 'welcome' && frame.protocolVersion === protocolVersion) {
      this.#isWelcome = true;
      this.#events.onWelcome(frame);
    } else if (frame.kind === 'refused') this.#end(refusalError(frame));
    else this.#end(new Error(frame.kind === 'refusal' ? `The first frame ${frame.reason}.` : 'No welcome came.'));
  }

  #beat(): void {
    this.#timers.add(
      this.#scheduler.after(heartbeatMs, () => {
        if (this.#scheduler.now() - this.#heardAt >= deadAfterMs) {
          this.#end(new Error('Nothing was heard from the pod for 15 seconds.'));
          return;
        }
        this.send(seal({ kind: 'ping', id: ++this.#pings }), () => {});
        this.#beat();
      }),
    );
  }

  #end(error: Error): void {
    if (this.#ended) return;
    this.dispose();
    this.#events.onEnd(error);
  }
}

function endError(code: number, reason: string): Error {
  if (code !== closeCodes.superseded) return new Error(reason === '' ? `The connection ended (${code}).` : reason);
  return new UserError({
    code: 'sync.superseded',
    message: 'Another window on the same folder took over syncing into this pod.',
    next: 'Go on there, or reconnect to sync from here again.',
    remedies: [{ kind: 'reconnect' }],
  });
}

function refusalError(refused: Refused): Error {
  if (refused.reason === 'version') {
    return new UserError({
      code: 'sync.version-mismatch',
      message:
        `The sidecar in the pod is version ${refused.productVersion} (protocol ${refused.protocolVersion}), ` +
        `this extension is ${productVersion} (protocol ${protocolVersion}).`,
      next: 'End dev mode and start it again, so that both are of one version.',
      remedies: [{ kind: 'endDevMode' }, { kind: 'showLog' }],
    });
  }
  if (refused.reason === 'busy') {
    return new UserError({
      code: 'sync.busy',
      message: 'Another folder is being synced into this pod.',
      next: 'End that session first; syncing then starts here by itself.',
      remedies: [{ kind: 'reconnect' }, { kind: 'showLog' }],
    });
  }
  return new UserError({
    code: 'sync.refused',
    message: `The sidecar in the pod refused the connection: ${refused.message}`,
    next: 'See the log, or end dev mode and start it again.',
    remedies: [{ kind: 'showLog' }, { kind: 'endDevMode' }],
  });
}
