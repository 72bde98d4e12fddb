import assert from 'node:assert/strict';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a client and a sidecar and counts what the client sends. */
export class CountingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #bytes = 0;

  private constructor(target: () => number) {
    this.#server = createServer((client) => {
      const sidecar = connect(target(), '127.0.0.1');
      client.on('data', (chunk: Buffer) => {
        this.#bytes += chunk.length;
      });
      client.pipe(sidecar).pipe(client);
      for (const [socket, other] of [
        [client, sidecar],
        [sidecar, client],
      ] as const) {
        socket.setNoDelay();
        this.#sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
      }
    });
  }

  /** `target` gives the sidecar's port at each connection. */
  static async open(target: () => number): Promise<CountingProxy> {
    const proxy = new CountingProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    assert.ok(typeof address === 'object' && address !== null);
    return address.port;
  }

  /** Bytes since the last `take`. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The same, and counts from zero again. */
  take(): number {
    const bytes = this.#bytes;
    this.#bytes = 0;
    return bytes;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
