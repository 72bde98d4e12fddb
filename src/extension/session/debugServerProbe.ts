import { request } from 'node:http';
import { connect } from 'node:net';

/**
 * Whether the forwarded port leads to Node's inspector. The forward itself accepts every connection, so only an answer
 * proves that somebody listens in the pod.
 */
export function speaksHttp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request({ host: '127.0.0.1', port, path: '/json/version', timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    probe.on('timeout', () => probe.destroy());
    probe.on('error', () => {
      resolve(false);
    });
    probe.end();
  });
}

/**
 * Whether a connection to the forwarded port is kept: one to a port on which nobody listens in the pod is reset. Says
 * nothing, as a debug server could take any byte for a client.
 */
export function staysOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(500, () => {
      end(true);
    });
    socket.on('data', () => {
      end(true);
    });
    socket.on('error', () => {
      end(false);
    });
    socket.on('end', () => {
      end(false);
    });
  });
}
