import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { silentLog } from '../../../src/base/log.ts';
import { localPath } from '../../../src/base/paths.ts';
import { systemScheduler } from '../../../src/base/scheduler.ts';
import { openSyncEngine } from '../../../src/sync/openSyncEngine.ts';
import type { EngineAnswer, EngineRequest, EngineSettings } from './engineProcess.ts';
import { testToken } from '../../unit/sync/sidecarProcess.ts';

// A sync engine in a process of its own, which a test may put under limits; see `EngineProcess`.

const settings = JSON.parse(process.argv[2] ?? '') as EngineSettings;
const engine = openSyncEngine({
  root: localPath(settings.root),
  stateDir: localPath(settings.stateDir),
  workspaceId: 'workspace-1',
  token: testToken,
  ignore: [],
  scheduler: systemScheduler,
  log: silentLog,
  connect: dial,
});
const hoard: number[] = [];
const batches: number[] = [];
let troubles = 0;

engine.onBatchApplied(({ initial, paths }) => {
  if (!initial) batches.push(paths.length);
});
engine.onWatchTrouble((trouble) => {
  if (trouble !== undefined) troubles++;
});
process.on('message', (request: EngineRequest) => {
  serve(request).then(answer, (error: unknown) => {
    answer(error instanceof Error ? error.message : String(error));
  });
});

async function serve(request: EngineRequest): Promise<undefined> {
  if (request.kind === 'flush') await engine.flush(AbortSignal.timeout(20_000));
  else if (request.kind === 'hoard') hoardFiles(request.files);
  else if (request.kind === 'close') {
    await engine.close();
    process.disconnect();
  }
}

/** Takes descriptors until so many are open or the system gives no more. */
function hoardFiles(files: number): void {
  for (const descriptor of hoard.splice(0)) closeSync(descriptor);
  try {
    while (hoard.length < files) hoard.push(openSync('/dev/null', 'r'));
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'EMFILE');
  }
}

function answer(error: string | undefined): void {
  if (!process.connected) return;
  const { status, problems, watchTrouble } = engine;
  const { user, system } = process.cpuUsage();
  const message: EngineAnswer = {
    error,
    status: status.kind === 'failed' ? { kind: 'connecting' } : status,
    problems,
    watchTrouble,
    troubles,
    batches,
    cpu: (user + system) / 1000,
  };
  process.send?.(message);
}

function dial(signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: settings.port, host: '127.0.0.1', signal });
    socket.once('connect', () => {
      resolve(socket);
    });
    socket.once('error', reject);
  });
}
