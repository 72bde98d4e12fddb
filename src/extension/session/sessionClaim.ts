import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type Disposable, toDisposable } from '../../base/disposable.ts';
import { abortReason } from '../../base/errors.ts';

/**
 * Makes a session this window's own: two windows that sync one session would undo each other's work. Waits while
 * another window of this user and machine has it, and takes over when that one closes, however it ends. Disposing gives
 * the session free. Rejects with the reason when `signal` aborts.
 */
export async function claimSession(id: string, signal: AbortSignal): Promise<Disposable> {
  for (;;) {
    signal.throwIfAborted();
    const claim = await tryClaimSession(id);
    if (claim !== undefined) return claim;
    await untilReleased(addressOf(id), signal);
  }
}

/** The same without waiting: `undefined` when another window has the session. */
export async function tryClaimSession(id: string): Promise<Disposable | undefined> {
  const address = addressOf(id);
  const server = await listen(address);
  if (server !== undefined) return release(server);
  if (await isHeld(address)) return undefined;
  // Left behind by a window that crashed: nobody listens on it any more.
  await rm(address, { force: true });
  const second = await listen(address);
  return second === undefined ? undefined : release(second);
}

/** A local socket is held by at most one process, and is given up with it. */
function addressOf(id: string): string {
  const name = `podloop-${id}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : path.join(os.tmpdir(), `${name}.sock`);
}

function release(server: Server): Disposable {
  const waiting = new Set<Disposable>();
  server.on('connection', (socket) => {
    const end = toDisposable(() => {
      socket.destroy();
    });
    waiting.add(end);
    socket.on('error', () => undefined);
    socket.on('close', () => waiting.delete(end));
  });
  // A claim must not keep a process alive that has nothing else to do.
  server.unref();
  return toDisposable(() => {
    server.close();
    for (const socket of waiting) socket.dispose();
  });
}

/** The listening server, or `undefined` when the address is taken. */
function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => {
      resolve(server);
    });
  });
}

function isHeld(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => {
      resolve(false);
    });
  });
}

/** Resolves when the holder's end of a connection to it is gone. */
function untilReleased(address: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortReason(signal));
      return;
    }
    const socket = connect(address);
    const onAbort = (): void => {
      socket.destroy();
      reject(abortReason(signal));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    // Without a reader the end of the stream would never be seen.
    socket.resume();
  });
}
