import type { Disposable } from '../base/disposable.ts';
import type { Log } from '../base/log.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { Frame, Hello, RefusalReason } from '../protocol/frame.ts';
import { productVersion, protocolVersion } from '../protocol/limits.ts';
import { closeCodes, deadAfterMs } from '../sync/link/closeCodes.ts';
import { seal, unseal } from '../sync/link/frames.ts';
import type { MessageSocket } from '../sync/link/messageSocket.ts';
import { PodSide } from '../sync/offer/podSide.ts';
import { ProtocolViolation, receiveWindowBytes } from '../sync/replica/receiver.ts';
import type { Replica } from '../sync/replica/replica.ts';
import type { OpenWatcher } from '../sync/watch/treeWatcher.ts';
import type { Writer, WriterSlot } from './writerSlot.ts';

/** What a connection works with. */
export interface ConnectionParts {
  readonly replica: Replica;
  readonly slot: WriterSlot;
  readonly bootId: string;
  /** Watches the volume for clients that want to hear of its changes. */
  readonly openWatcher: OpenWatcher;
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/** Serves one authenticated connection from its hello to its end. */
export class Connection {
  readonly #socket: MessageSocket;
  readonly #parts: ConnectionParts;
  #session: { readonly side: PodSide; readonly writer: Writer } | undefined;
  #silence: Disposable;

  constructor(socket: MessageSocket, parts: ConnectionParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#silence = this.#watchSilence();
    socket.on('message', (data, isBinary) => {
      this.#receive(data, isBinary);
    });
    socket.on('close', (code) => {
      this.#ended(code);
    });
    socket.on('error', (error) => {
      parts.log.warn('The connection failed.', { error: error.message });
    });
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#silence.dispose();
    this.#silence = this.#watchSilence();
    // After a close was sent, frames that were already under way are of no interest.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const frames = isBinary ? unseal(data) : { kind: 'refusal' as const, reason: 'is text' };
    if ('kind' in frames) {
      this.#end(closeCodes.malformed, `The frame ${frames.reason}.`);
      return;
    }
    try {
      for (const frame of frames) this.#take(frame);
      this.#session?.side.consumed(data.length);
    } catch (error) {
      const violation = error instanceof ProtocolViolation;
      this.#end(
        violation ? closeCodes.malformed : closeCodes.failed,
        error instanceof Error ? error.message : String(error),
      );
    }
  }

  #take(frame: Parameters<PodSide['receive']>[0]): void {
    if (this.#session !== undefined) this.#session.side.receive(frame);
    else if (frame.kind === 'hello') this.#greet(frame);
    else throw new ProtocolViolation('The first frame is not a hello.');
  }

  #greet(hello: Hello): void {
    const { replica, slot, bootId, openWatcher, scheduler, log } = this.#parts;
    if (hello.protocolVersion !== protocolVersion) {
      this.#refuse('version', `The sidecar speaks protocol ${protocolVersion}, the client ${hello.protocolVersion}.`);
      return;
    }
    const writer: Writer = {
      workspaceId: hello.workspaceId,
      sessionId: hello.sessionId,
      supersede: ({ sessionId }) => {
        // What comes later may have been sent earlier: an engine's own connections must not end it for good.
        const code = sessionId === hello.sessionId ? closeCodes.failed : closeCodes.superseded;
        this.#end(code, 'A newer connection of the same workspace took over.');
      },
    };
    if (!slot.take(writer)) {
      this.#refuse('busy', 'Another workspace is syncing into this volume.');
      return;
    }
    const side = new PodSide({
      replica,
      workspaceId: hello.workspaceId,
      post: (message) => {
        this.#post(message);
      },
      onFailure: (error) => {
        this.#end(closeCodes.failed, error.message);
      },
      openWatcher,
      scheduler,
      log,
    });
    this.#session = { side, writer };
    log.info('A client connected.', { product: hello.productVersion, session: hello.sessionId });
    const { volumeId } = replica;
    this.#send({ kind: 'welcome', protocolVersion, productVersion, volumeId, bootId, credit: receiveWindowBytes });
  }

  #refuse(reason: RefusalReason, message: string): void {
    this.#send({ kind: 'refused', protocolVersion, productVersion, reason, message });
    this.#end(closeCodes.refused, message);
  }

  /** Sends a message of the session. */
  #post(message: Uint8Array): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(message, (error) => {
      if (!(error instanceof Error)) this.#session?.side.drained(message.length);
    });
  }

  #send(frame: Frame): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(seal(frame));
  }

  #end(code: number, reason: string): void {
    this.#parts.log.info('Ending a connection.', { code, reason });
    this.#release();
    // The reason of a close frame has at most 123 bytes.
    this.#socket.close(code, Buffer.from(reason).subarray(0, 120).toString('latin1'));
  }

  #ended(code: number): void {
    this.#silence.dispose();
    this.#release();
    this.#parts.log.info('A connection ended.', { code });
  }

  /** Gives up the volume; the socket may still be closing. */
  #release(): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    session.side.close();
    this.#parts.slot.release(session.writer);
    this.#parts.replica.tidy();
  }

  #watchSilence(): Disposable {
    return this.#parts.scheduler.after(deadAfterMs, () => {
      this.#parts.log.info('Nothing was heard for too long.');
      this.#socket.terminate();
    });
  }
}
