import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { toError, UserError } from '../base/errors.ts';
import type { SyncPath } from '../base/paths.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { kindOfId } from '../cluster/core/workloads.ts';
import type { WorkloadRef } from '../devmode/core/developableKinds.ts';
import { endDevMode } from '../devmode/endDevMode.ts';
import { startDevMode } from '../devmode/startDevMode.ts';
import type { StartStep, SessionState, WorkloadId } from './core/state.ts';
import type { DevSession, EndReport } from './devSession.ts';
import { LiveSession } from './liveSession.ts';
import { forgetSession, type SavedSession, saveSession } from './savedSession.ts';
import type { SessionDeps, StartRequest } from './sessionDeps.ts';

/**
 * Start Develop: puts the workload into dev mode, connects, and returns when the first sync is complete. `onState` is
 * told every step. When it fails or `signal` aborts, the workload has been put back before this rejects.
 */
export async function startSession(
  deps: SessionDeps,
  request: StartRequest,
  signal: AbortSignal,
  onState: (state: SessionState) => void,
): Promise<DevSession> {
  const saved = newSavedSession(request);
  const ref = workloadRef(request.workload);
  const cluster = await deps.openCluster(request.workload.context);
  const session = new LiveSession(deps, cluster, { saved, ref, phase: { kind: 'starting', steps: [] } });
  session.onState(onState);
  const enter = (step: StartStep, detail: string): void => {
    session.dispatch({ kind: 'stepEntered', step, detail, at: deps.scheduler.now() });
  };
  let entered = false;
  try {
    // Saved before the cluster is touched: after a crash in between, this machine still knows the token.
    await saveSession(deps.stateDir, saved);
    enter('check', `Checking ${request.workload.name}`);
    const started = await startDevMode(cluster, ref, devModeRequest(deps, request, saved), {
      signal,
      scheduler: deps.scheduler,
      log: deps.log,
      onStep: ({ step, detail }) => {
        enter(step, detail);
      },
    });
    entered = true;
    enter('connect', 'Connecting to the pod');
    const complete = withoutMounts(saved, started.mountsBelow);
    await saveSession(deps.stateDir, complete);
    session.connect(complete);
    await session.pod(signal);
    enter('firstSync', `Syncing ${request.folder}`);
    await session.firstSync(signal);
    session.dispatch({ kind: 'podReady', pod: await session.pod(signal) });
    return session;
  } catch (error) {
    await session.close(toError(error));
    if (entered) await putBack(deps, ref, request.workload, saved.id);
    await forgetSession(deps.stateDir, saved.id);
    throw error;
  }
}

/**
 * Comes back to a session of this machine after a reload or a crash. Returns at once, in phase `recovering`; the
 * session connects by itself, or ends with an error when dev mode was ended or taken over meanwhile.
 */
export async function resumeSession(deps: SessionDeps, saved: SavedSession): Promise<DevSession> {
  const cluster = await deps.openCluster(saved.workload.context);
  const phase = { kind: 'recovering', since: deps.scheduler.now(), reason: 'Reconnecting to the pod.' } as const;
  const session = new LiveSession(deps, cluster, { saved, ref: workloadRef(saved.workload), phase });
  session.connect();
  return session;
}

/** End Develop from any machine, by what the cluster knows alone. */
export async function endDevModeAnywhere(
  deps: Pick<SessionDeps, 'openCluster' | 'scheduler' | 'log'>,
  workload: WorkloadId,
  signal: AbortSignal,
): Promise<EndReport> {
  const started = deps.scheduler.now();
  const cluster = await deps.openCluster(workload.context);
  try {
    const { scheduler, log } = deps;
    const { keptChanges, unfinished, leftover } = await endDevMode(cluster, workloadRef(workload), {
      signal,
      scheduler,
      log,
    });
    return { keptChanges, unfinished: leftover ?? unfinished, milliseconds: scheduler.now() - started };
  } finally {
    cluster.dispose();
  }
}

/** The Kubernetes object that a workload id names. Throws `UserError` `session.kind` for kinds without dev mode. */
export function workloadRef({ kind, namespace, name, custom }: WorkloadId): WorkloadRef {
  const type = kindOfId(kind)?.type;
  if (type !== undefined) return { type, namespace, name };
  if (custom !== undefined) {
    const { group, version, plural, templatePath } = custom;
    const [own = kind] = kind.split('.');
    return { type: { group, version, plural, kind: own, namespaced: true }, namespace, name, templatePath };
  }
  throw new UserError({ code: 'session.kind', message: `Workloads of kind ${kind} cannot be developed.` });
}

function newSavedSession(request: StartRequest): SavedSession {
  return {
    version: 1,
    id: randomUUID(),
    workload: request.workload,
    container: request.container,
    folder: request.folder,
    token: randomBytes(32).toString('base64url'),
    // Away from well-known ports, and different per session, since pods on the host's network share its ports.
    sidecarPort: randomInt(40_000, 50_000),
    config: {
      ...request.config,
      shell: [...request.config.shell],
      ports: [...request.config.ports],
      ignore: [...request.config.ignore],
      sync: { mode: request.config.sync.mode, pull: [...request.config.sync.pull] },
    },
  };
}

/** Other volumes mounted inside the synced folder hide what would be synced there; it is left out. */
function withoutMounts(saved: SavedSession, mounts: readonly SyncPath[]): SavedSession {
  const ignore = [...saved.config.ignore, ...mounts.map((path) => `/${path}`)];
  return { ...saved, config: { ...saved.config, ignore } };
}

function devModeRequest(deps: SessionDeps, request: StartRequest, saved: SavedSession) {
  return {
    session: saved.id,
    developer: deps.developer,
    since: new Date(deps.scheduler.now()).toISOString(),
    container: request.container,
    image: request.config.image,
    workDir: request.config.workDir,
    shape: request.shape,
    sidecar: {
      image: deps.sidecarImage,
      port: saved.sidecarPort,
      tokenHash: createHash('sha256').update(saved.token).digest('hex'),
    },
    podloop: deps.podloopVersion,
  };
}

/** Ends dev mode after a failed start, over a connection of its own; its failure must not hide the first one. */
async function putBack(deps: SessionDeps, ref: WorkloadRef, workload: WorkloadId, session: string): Promise<void> {
  let cluster: Cluster | undefined;
  try {
    cluster = await deps.openCluster(workload.context);
    const signal = AbortSignal.timeout(30_000);
    await endDevMode(cluster, ref, { session, signal, scheduler: deps.scheduler, log: deps.log, wait: false });
  } catch (error) {
    deps.log.error(`Could not put ${workload.name} back; choose End Develop on it.`, toError(error).message);
  } finally {
    cluster?.dispose();
  }
}
