import { localPath } from '../../../src/base/paths.ts';
import { silentLog } from '../../../src/base/log.ts';
import { systemScheduler } from '../../../src/base/scheduler.ts';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import { openKubeCluster } from '../../../src/cluster/kubeCluster.ts';
import { readKubeconfigs } from '../../../src/cluster/kubeconfigs.ts';
import { openSyncEngine } from '../../../src/sync/openSyncEngine.ts';
import type { SyncEngine } from '../../../src/sync/syncEngine.ts';
import type { LaptopAnswer, LaptopRequest, LaptopSettings } from './laptopMessages.ts';

// What Podloop has in an extension host for the sync, in a process of its own: one cluster, one engine.

let settings: LaptopSettings | undefined;
let cluster: Cluster | undefined;
let engine: SyncEngine | undefined;
let reloads = 0;

process.on('message', (request: LaptopRequest) => {
  if (request.kind === 'saved') {
    engine?.noteSaved(localPath(request.file));
    return;
  }
  serve(request).then(
    () => answer({ id: request.id, reloads }),
    (error: unknown) => answer({ id: request.id, reloads, error: String(error) }),
  );
});

process.on('disconnect', abandoned);

/** The bench is gone without a word. */
function abandoned(): void {
  process.exit(1);
}

async function serve(request: LaptopRequest): Promise<void> {
  switch (request.kind) {
    case 'saved':
      return;
    case 'prepare':
      settings = request.settings;
      cluster = await connect(settings);
      await cluster.serverVersion(AbortSignal.timeout(10_000));
      return;
    case 'open':
      engine = openEngine();
      return;
    case 'flush':
      await flush();
      return;
    case 'reconnect':
      engine?.reconnectNow();
      await flush();
      return;
    case 'reopen':
      await engine?.close();
      engine = openEngine();
      await flush();
      return;
    case 'reloads':
      return;
    case 'close':
      await engine?.close();
      cluster?.dispose();
      process.off('disconnect', abandoned);
      process.disconnect();
  }
}

async function flush(): Promise<void> {
  await engine?.flush(AbortSignal.timeout(240_000));
}

function openEngine(): SyncEngine {
  const [place, open] = [settings, cluster];
  if (place === undefined || open === undefined) throw new Error('Nothing is prepared.');
  const { root, stateDir, namespace, pod, port, token } = place;
  const opened = openSyncEngine({
    root: localPath(root),
    stateDir: localPath(stateDir),
    workspaceId: 'bench',
    connect: (signal) => open.portForward({ namespace, pod, port }, signal),
    token,
    ignore: [],
    scheduler: systemScheduler,
    log: process.env.PODLOOP_TEST_LOG === undefined ? silentLog : console,
  });
  opened.onBatchApplied(({ initial }) => {
    if (!initial) reloads += 1;
  });
  return opened;
}

async function connect({ kubeconfig, context: wanted }: LaptopSettings): Promise<Cluster> {
  const { contexts } = await readKubeconfigs({ standard: [kubeconfig], named: true, added: [] });
  const context = contexts.find(({ name }) => name === wanted);
  if (context === undefined) throw new Error(`No context ${wanted} in ${kubeconfig}.`);
  return openKubeCluster({ context, scheduler: systemScheduler, log: silentLog });
}

function answer(message: LaptopAnswer): void {
  if (process.connected) process.send?.(message);
}
