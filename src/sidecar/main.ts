import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { WebSocketServer } from 'ws';
import { systemScheduler } from '../base/scheduler.ts';
import { maxFrameBytes, productVersion } from '../protocol/limits.ts';
import { tellsWritesApart } from '../sync/replica/diskClock.ts';
import { Replica } from '../sync/replica/replica.ts';
import { FolderWatcher } from '../sync/watch/folderWatcher.ts';
import { Connection, type ConnectionParts } from './connection.ts';
import { jsonLog } from './jsonLog.ts';
import { readSettings } from './settings.ts';
import { hasToken } from './tokenCheck.ts';
import { WriterSlot } from './writerSlot.ts';

// The program in the pod: takes what a client pushes through a WebSocket and puts it into the shared volume.

const scheduler = systemScheduler;
const log = jsonLog(scheduler, (line) => process.stdout.write(line));

try {
  serve();
} catch (error) {
  log.error('The sidecar cannot start.', { error: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}

function serve(): void {
  const { port, tokenHash, volume } = readSettings(process.env);
  const stateDir = path.join(volume, 'state');
  const root = path.join(volume, 'files');
  for (const folder of [root, stateDir]) mkdirSync(folder, { recursive: true });
  const exactTimes = tellsWritesApart(stateDir, root);
  const replica = new Replica({ root, stateDir, keepDir: stateDir, exactTimes }, scheduler, log);
  const parts: ConnectionParts = {
    replica,
    slot: new WriterSlot(),
    bootId: randomUUID(),
    openWatcher: (root, events) => new FolderWatcher(root, events, { markFolder: path.join(stateDir, 'marks') }),
    scheduler,
    log,
  };
  const http = createServer((_request, response) => {
    response.writeHead(426, { upgrade: 'websocket' }).end();
  });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: maxFrameBytes });
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', (error) => log.info('A connection broke.', { error: error.message }));
    if (!hasToken(request.headers.authorization, tokenHash)) {
      log.warn('A connection came without the right token.');
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => new Connection(webSocket, parts));
  });
  http.on('error', (error) => {
    log.error('The port cannot be served.', { error: error.message });
    process.exit(1);
  });
  http.listen(port, '127.0.0.1', () => {
    log.info('The sidecar is ready.', { product: productVersion, volumeId: replica.volumeId, address: http.address() });
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info('The sidecar ends.', { signal });
      for (const client of sockets.clients) client.terminate();
      replica.close();
      process.exit(0);
    });
  }
}
