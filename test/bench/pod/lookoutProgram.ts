import { type FSWatcher, closeSync, mkdirSync, openSync, readSync, rmSync, statSync, watch } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Answer, Request, Sight } from './lookoutMessages.ts';
import { treeDigest } from '../tree/treeDigest.ts';

// The bench's own program in the pod. It tells when a file there has a new content, at the moment that matters to a
// program beside it, and works for every way of syncing alike. Requests come as lines of JSON, answers go back so.

const waiting = new Map<string, Set<Waiting>>();
const watchers = new Map<string, FSWatcher>();

interface Waiting {
  readonly id: number;
  readonly sight: Sight;
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line) as Request;
  try {
    serve(request);
  } catch (error) {
    answer({ id: request.id, error: String(error) });
  }
});
// A folder that is not there yet cannot be watched, and a watch may be lost with its folder.
setInterval(() => {
  for (const folder of waiting.keys()) look(folder);
}, 5);

function serve(request: Request): void {
  const { id } = request;
  switch (request.kind) {
    case 'await':
      awaitSight({ id, sight: request.sight });
      return;
    case 'digest':
      answer({ id, digest: treeDigest(request.folder) });
      return;
    case 'remove':
      rmSync(request.folder, { recursive: true, force: true });
      answer({ id });
      return;
    case 'make':
      mkdirSync(request.folder, { recursive: true });
      answer({ id });
      return;
    case 'listen':
      listen(id);
      return;
  }
}

function awaitSight(one: Waiting): void {
  const folder = path.dirname(one.sight.file);
  const others = waiting.get(folder);
  if (others === undefined) waiting.set(folder, new Set([one]));
  else others.add(one);
  keepWatching(folder);
  answer({ id: one.id, begun: true });
  look(folder);
}

function look(folder: string): void {
  keepWatching(folder);
  for (const one of waiting.get(folder) ?? []) {
    if (!isThere(one.sight)) continue;
    const at = process.hrtime.bigint();
    waiting.get(folder)?.delete(one);
    answer({ id: one.id, at: at.toString() });
  }
  if (waiting.get(folder)?.size === 0) waiting.delete(folder);
}

function keepWatching(folder: string): void {
  if (watchers.has(folder)) return;
  try {
    const watcher = watch(folder, (_kind, name) => {
      if (name === path.basename(folder)) forget(folder, watcher);
      else look(folder);
    });
    watcher.on('error', () => forget(folder, watcher));
    watchers.set(folder, watcher);
  } catch {
    // It is looked at again soon.
    return;
  }
}

function forget(folder: string, watcher: FSWatcher): void {
  watcher.close();
  watchers.delete(folder);
}

function isThere({ file, size, offset, hex }: Sight): boolean {
  const expected = Buffer.from(hex, 'hex');
  try {
    if (statSync(file).size !== size) return false;
    const found = Buffer.alloc(expected.length);
    const descriptor = openSync(file, 'r');
    readSync(descriptor, found, 0, found.length, offset);
    closeSync(descriptor);
    return found.equals(expected);
  } catch {
    return false;
  }
}

/**
 * The far end of the bare tunnel. The first byte of a connection says what it does: `e` sends everything back, `s`
 * counts 256 MiB and answers with one byte, `g` gives them.
 */
function listen(id: number): void {
  const bytes = 256 * 1024 * 1024;
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (first) => {
      const kind = String.fromCharCode(first[0] ?? 0);
      let count = first.length - 1;
      if (kind === 'e') {
        socket.write(first.subarray(1));
        socket.pipe(socket);
      } else if (kind === 's') {
        socket.on('data', (chunk) => {
          count += chunk.length;
          if (count >= bytes) socket.write('k');
        });
      } else {
        const block = Buffer.alloc(64 * 1024);
        let left = bytes / block.length;
        const give = (): void => {
          while (left > 0) {
            left -= 1;
            if (!socket.write(block)) return;
          }
        };
        socket.on('drain', give);
        give();
      }
    });
  });
  server.listen(0, '127.0.0.1', () => {
    answer({ id, port: (server.address() as AddressInfo).port });
  });
}

function answer(message: Answer): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
