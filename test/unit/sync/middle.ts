import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { Frame, Pack } from '../../../src/protocol/frame.ts';
import { seal, unseal } from '../../../src/sync/link/frames.ts';

type Passing = Exclude<Frame, Pack>;

/** What stands between the two ends may do with a frame: pass it on, change it, or (with `undefined`) drop it. */
export interface Meddling {
  toSidecar?(frame: Passing): Passing | undefined;
  toClient?(frame: Passing): Passing | undefined;
}

/** Stands between a client and a sidecar, understands what they say, and meddles with it. */
export class Middle {
  readonly #server: Server;
  readonly #meddling: Meddling;

  private constructor(server: Server, sidecarPort: number, meddling: Meddling) {
    this.#server = server;
    this.#meddling = meddling;
    new WebSocketServer({ server }).on('connection', (client, { headers: { authorization } }) => {
      const headers = authorization === undefined ? {} : { authorization };
      this.#join(client, new WebSocket(`ws://127.0.0.1:${sidecarPort}/sync`, { headers, perMessageDeflate: false }));
    });
  }

  static async open(sidecarPort: number, meddling: Meddling): Promise<Middle> {
    const server = createServer();
    const middle = new Middle(server, sidecarPort, meddling);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return middle;
  }

  dial(): Socket {
    const address = this.#server.address();
    assert.ok(typeof address === 'object' && address !== null);
    return connect(address.port, '127.0.0.1').setNoDelay();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #join(client: WebSocket, sidecar: WebSocket): void {
    const early: Buffer[] = [];
    const pass = (data: Buffer): void => {
      forward(data, sidecar, (frame) => (this.#meddling.toSidecar ? this.#meddling.toSidecar(frame) : frame));
    };
    client.on('message', (data: Buffer) => {
      if (sidecar.readyState === sidecar.OPEN) pass(data);
      else early.push(data);
    });
    sidecar.on('open', () => {
      for (const data of early) pass(data);
    });
    sidecar.on('message', (data: Buffer) => {
      forward(data, client, (frame) => (this.#meddling.toClient ? this.#meddling.toClient(frame) : frame));
    });
    const end = (): void => {
      client.terminate();
      sidecar.terminate();
    };
    for (const socket of [client, sidecar]) socket.on('close', end).on('error', end);
  }
}

function forward(data: Buffer, to: WebSocket, meddle: (frame: Passing) => Passing | undefined): void {
  const frames = unseal(data);
  assert.ok(!('kind' in frames), 'what the ends say can be read');
  for (const frame of frames) {
    const passed = meddle(frame);
    if (passed !== undefined) to.send(seal(passed));
  }
}
