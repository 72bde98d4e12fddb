import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { abortReason, type UserError } from '../../base/errors.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { ApiClient } from '../apiClient.ts';
import type { ApiAction } from '../core/apiAction.ts';
import { readStatus, statusError } from '../core/apiErrors.ts';
import { connectionError, timedOut } from '../core/connectionErrors.ts';

/** A request that the API server answers by changing to the WebSocket protocol. */
export interface UpgradeRequest {
  /** Path and query. */
  readonly path: string;
  /** Subprotocols, the best one first. */
  readonly protocols: readonly string[];
  /** For messages and access rules. */
  readonly action: ApiAction;
}

/**
 * Opens a WebSocket to the API server as the user. It comes paused, so that no message is lost before somebody listens,
 * and with a listener for errors: its `close` event is what counts. Rejects with a `UserError` or the abort reason.
 */
export function openWebSocket(
  client: ApiClient,
  scheduler: Scheduler,
  request: UpgradeRequest,
  signal: AbortSignal,
): Promise<WebSocket> {
  return client.withLogin(async () => {
    const login = await client.loginOptions(signal);
    signal.throwIfAborted();
    const url = new URL(client.place.server + request.path);
    const socket = new WebSocket(url, [...request.protocols], {
      ...login,
      // Its types know fewer values of headers than `http.request`, which gets them.
      headers: { ...login.headers, 'User-Agent': 'podloop' } as Record<string, string>,
      perMessageDeflate: false,
      maxPayload: maxMessageBytes,
      // A mask protects caches that read plain text in between; inside TLS there are none, and it halves the speed.
      ...(url.protocol === 'https:' ? { generateMask: (mask: Buffer) => void mask.fill(0) } : {}),
    });
    const late = new AbortController();
    const limit = scheduler.after(openMilliseconds, () => {
      const seconds = openMilliseconds / 1000;
      late.abort(Object.assign(new Error(`No answer within ${seconds} s`), { code: timedOut }));
    });
    try {
      return await opened(socket, client, request.action, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      throw signal.aborted ? abortReason(signal) : connectionError(client.place, error);
    } finally {
      limit.dispose();
    }
  });
}

const openMilliseconds = 15_000;
/** The API server and the kubelet send at most 32 KiB at once. */
const maxMessageBytes = 4 * 1024 * 1024;
const maxRefusalBytes = 64 * 1024;

function opened(socket: WebSocket, client: ApiClient, action: ApiAction, signal: AbortSignal): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(abortReason(signal));
      socket.terminate();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('open', () => {
      signal.removeEventListener('abort', onAbort);
      socket.pause();
      resolve(socket);
    });
    socket.once('unexpected-response', (outgoing, response) => {
      refusal(client, action, response).then(
        (error) => {
          signal.removeEventListener('abort', onAbort);
          reject(error);
          outgoing.destroy();
        },
        // The answer broke off; the request's own error says so.
        () => outgoing.destroy(),
      );
    });
    // Stays for the life of the socket: an error without a listener would end the process.
    socket.on('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      reject(error);
    });
  });
}

async function refusal(client: ApiClient, action: ApiAction, response: IncomingMessage): Promise<UserError> {
  const declared = Number(response.headers['content-length'] ?? 0);
  const body = declared > maxRefusalBytes ? '' : await text(response);
  return statusError(client.place, action, readStatus(response.statusCode ?? 0, body));
}
