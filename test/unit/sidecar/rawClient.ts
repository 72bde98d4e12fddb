import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import type { Frame, Pack } from '../../../src/protocol/frame.ts';
import { productVersion, protocolVersion } from '../../../src/protocol/limits.ts';
import { seal, unseal } from '../../../src/sync/link/frames.ts';
import { testToken } from '../sync/sidecarProcess.ts';

type Received = Exclude<Frame, Pack>;

/** A client that says what a test tells it to, legal or not. */
export class RawClient {
  readonly #socket: WebSocket;
  readonly #frames: Received[] = [];
  readonly #waiting: (() => void)[] = [];
  #end: { readonly code: number; readonly reason: string } | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const frames = unseal(data);
      assert.ok(!('kind' in frames), 'the sidecar sends what can be read');
      this.#frames.push(...frames);
      this.#wake();
    });
    socket.on('close', (code, reason) => {
      this.#end = { code, reason: reason.toString() };
      this.#wake();
    });
    socket.on('error', () => {
      this.#wake();
    });
  }

  /** Connects; rejects with the HTTP status when the upgrade is refused. */
  static connect(port: number, token = testToken): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/sync`, { headers: { authorization: `Bearer ${token}` } });
      const client = new RawClient(socket);
      socket.once('open', () => {
        resolve(client);
      });
      socket.once('unexpected-response', (_request, response) => {
        reject(new Error(`status ${response.statusCode}`));
      });
    });
  }

  /** Connects and greets as a workspace. */
  static async greeted(port: number, workspaceId = 'raw', sessionId: string = randomUUID()): Promise<RawClient> {
    const client = await RawClient.connect(port);
    client.say({ kind: 'hello', protocolVersion, productVersion, workspaceId, sessionId });
    await client.hear('welcome');
    return client;
  }

  say(...frames: Frame[]): void {
    for (const frame of frames) this.#socket.send(seal(frame));
  }

  sayBytes(bytes: Uint8Array | string): void {
    this.#socket.send(bytes);
  }

  /** The next frame of a kind; frames of other kinds before it are dropped. */
  async hear<K extends Received['kind']>(kind: K): Promise<Extract<Received, { kind: K }>> {
    for (;;) {
      for (let frame = this.#frames.shift(); frame !== undefined; frame = this.#frames.shift()) {
        if (isOfKind(frame, kind)) return frame;
      }
      assert.equal(this.#end, undefined, `the connection ended before "${kind}"`);
      await this.#wait();
    }
  }

  /** How the connection ended. */
  async ended(): Promise<{ readonly code: number; readonly reason: string }> {
    while (this.#end === undefined) await this.#wait();
    return this.#end;
  }

  close(): void {
    this.#socket.terminate();
  }

  #wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error('Nothing came within 5 seconds.'));
      }, 5000);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

function isOfKind<K extends Received['kind']>(frame: Received, kind: K): frame is Extract<Received, { kind: K }> {
  return frame.kind === kind;
}
