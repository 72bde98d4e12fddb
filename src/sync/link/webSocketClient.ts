import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { abortReason, UserError } from '../../base/errors.ts';
import { maxFrameBytes } from '../../protocol/limits.ts';

/**
 * Opens a WebSocket over a byte stream that reaches the sidecar's port. Rejects with a `UserError`
 * (`sync.wrong-token`), with another error when the stream fails, or with the reason of `signal`.
 */
export function openWebSocket(stream: Duplex, token: string, signal: AbortSignal): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      stream.destroy();
      reject(abortReason(signal));
      return;
    }
    // Named like a local socket, whose path is never opened: VS Code's proxy support gives every other request of its
    // extension host an agent of its own, which connects by host name instead of by `createConnection`.
    const socket = new WebSocket('ws+unix:/podloop:/sync', {
      createConnection: () => stream,
      headers: { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
      maxPayload: maxFrameBytes,
      skipUTF8Validation: true,
      // The mask protects from confused caches between browser and server; here it would only cost time.
      generateMask: (mask) => mask.fill(0),
    });
    const onAbort = (): void => {
      socket.terminate();
      stream.destroy();
      reject(abortReason(signal));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('open', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(socket);
    });
    socket.once('unexpected-response', (_request, response) => {
      signal.removeEventListener('abort', onAbort);
      stream.destroy();
      reject(response.statusCode === 401 ? wrongToken() : new Error(`The sidecar answered ${response.statusCode}.`));
    });
    // Also keeps errors after the opening from being thrown: they end the socket, and its end is what counts.
    socket.on('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      stream.destroy();
      reject(error);
    });
  });
}

function wrongToken(): UserError {
  return new UserError({
    code: 'sync.wrong-token',
    message: 'The sidecar in the pod does not accept the token of this session.',
    next: 'The pod was probably started by another session: end dev mode and start it again.',
    remedies: [{ kind: 'reconnect' }, { kind: 'endDevMode' }, { kind: 'showLog' }],
  });
}
