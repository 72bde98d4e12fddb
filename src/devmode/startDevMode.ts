import { isAbortError, toError, UserError } from '../base/errors.ts';
import type { SyncPath } from '../base/paths.ts';
import type { Cluster, ServerVersion } from '../cluster/cluster.ts';
import { describeRef, type KubeObject } from '../cluster/core/objects.ts';
import { objectField } from '../cluster/core/fields.ts';
import { awaitDevPod } from './awaitDevPod.ts';
import { devTemplate } from './core/devJob.ts';
import type { DevSpec } from './core/devSpec.ts';
import { mountsBelow } from './core/mountsBelow.ts';
import { recordedAt } from './core/ownership.ts';
import type { RolloutStep } from './core/progress.ts';
import { readRecord } from './core/recordAnnotation.ts';
import { goneError, takenError } from './core/refusals.ts';
import { enter } from './core/template.ts';
import type { DevModeContext } from './devModeContext.ts';
import { endDevMode } from './endDevMode.ts';
import { chooseNode, makeDevPod } from './makeDevPod.ts';
import { patchBetween } from './patchBetween.ts';
import { refuseAutoscaled, refuseInsecure } from './surroundings.ts';
import { refuseWithoutRights } from './rights.ts';
import { withLastOutput } from './lastOutput.ts';
import { developableKind, type WorkloadRef } from './core/developableKinds.ts';

/** What a session asks for; the rest is found out here. */
export interface DevModeRequest extends Omit<DevSpec, 'sidecar'> {
  readonly sidecar: Omit<DevSpec['sidecar'], 'native'>;
}

export interface StartOptions extends DevModeContext {
  /** Told when a step begins, and again when there is news of it. */
  readonly onStep: (report: { readonly step: 'check' | 'patch' | RolloutStep; readonly detail: string }) => void;
}

export interface StartedDevMode {
  /** Name of the pod whose dev container and sidecar run. */
  readonly pod: string;
  /** See `mountsBelow`. */
  readonly mountsBelow: readonly SyncPath[];
}

/** Bounds of what is done after a failure or a cancellation, in milliseconds. */
const writeLimit = 30_000;
const putBackLimit = 60_000;
const maxConflicts = 5;

/**
 * Puts a workload into dev mode by one write and resolves when dev container and sidecar run. When it cannot, or when
 * `signal` aborts, the workload has been put back before this rejects; if even that fails the error is
 * `devmode.not-restored`.
 */
export async function startDevMode(
  cluster: Cluster,
  ref: WorkloadRef,
  request: DevModeRequest,
  options: StartOptions,
): Promise<StartedDevMode> {
  const { signal, onStep, log } = options;
  signal.throwIfAborted();
  onStep({ step: 'check', detail: `Checking ${describeRef(ref)}` });
  const version = await cluster.serverVersion(signal);
  await Promise.all([
    refuseWithoutRights(cluster, ref, version, signal),
    refuseAutoscaled({ cluster, ref, signal, log }),
  ]);
  const native = knowsNativeSidecars(version) && developableKind(ref).nativeSidecars;
  const spec = { ...request, sidecar: { ...request.sidecar, native } };
  const attempt = { written: false };
  try {
    const workload = await writeEntered(cluster, ref, spec, options, attempt);
    const maker = await makeDevPod(cluster, ref, { workload, spec }, signal);
    const { session, container, workDir } = spec;
    const generation = workload.metadata.generation ?? 0;
    const target = { ref, session, container, generation, maker, since: recordedAt(workload) };
    const pod = await awaitDevPod(cluster, target, options);
    const podSpec = objectField(devTemplate(ref, workload, spec).spec);
    return { pod, mountsBelow: mountsBelow(podSpec, container, workDir) };
  } catch (error) {
    if (!attempt.written) throw error;
    const told = await withLastOutput(cluster, toError(error), options.log);
    await putBack(cluster, ref, spec.session, { told, options });
    throw told;
  }
}

/** Init containers with `restartPolicy: Always` are on by default since Kubernetes 1.29. */
function knowsNativeSidecars({ major, minor }: ServerVersion): boolean {
  return major > 1 || minor >= 29;
}

/** Writes dev mode and its record in one patch; decides anew whenever the workload changed since it was read. */
async function writeEntered(
  cluster: Cluster,
  ref: WorkloadRef,
  spec: DevSpec,
  { signal, onStep, log, scheduler }: StartOptions,
  attempt: { written: boolean },
): Promise<KubeObject> {
  for (let tries = 0; tries < maxConflicts; tries += 1) {
    const current = await cluster.get(ref, signal);
    if (current === undefined || current.metadata.deletionTimestamp !== undefined) throw goneError(ref);
    const record = readRecord(current);
    if (record?.ending === true) {
      // Somebody's end was cut short; nobody develops it any more.
      const { session } = record;
      await endDevMode(cluster, ref, { session, signal, scheduler, log, wait: false });
      continue;
    }
    if (record?.session === spec.session) return current;
    if (record !== undefined) throw takenError(ref, record, spec.developer.installation);
    const node = await chooseNode(cluster, ref, current, signal);
    const { object } = enter(ref, current, { ...spec, node });
    await refuseInsecure({ cluster, ref, signal, log }, devTemplate(ref, object, spec));
    onStep({ step: 'patch', detail: `Changing ${describeRef(ref)}` });
    signal.throwIfAborted();
    attempt.written = true;
    try {
      // Not the caller's signal: a write that is cut short may still happen, unseen by what puts things back.
      const patch = { kind: 'json', operations: patchBetween(current, object) } as const;
      return await cluster.patch(ref, patch, AbortSignal.timeout(writeLimit));
    } catch (error) {
      if (!(error instanceof UserError && error.code === 'cluster.conflict')) throw error;
    }
  }
  throw new UserError({
    code: 'devmode.busy',
    message: `${describeRef(ref)} is being changed all the time, so dev mode could not be put on it.`,
    next: 'Find out what changes it (a controller, a deployment under way), then start again.',
    remedies: [{ kind: 'retry' }],
  });
}

async function putBack(
  cluster: Cluster,
  ref: WorkloadRef,
  session: string,
  { told, options: { scheduler, log } }: { told: Error; options: StartOptions },
): Promise<void> {
  try {
    const signal = AbortSignal.timeout(putBackLimit);
    const options = { session, signal, scheduler, log, wait: false, retryFor: putBackLimit };
    const { leftover } = await endDevMode(cluster, ref, options);
    if (leftover !== undefined) throw new Error(leftover);
  } catch (error) {
    const first = isAbortError(told) ? 'The start was cancelled.' : told.message;
    throw new UserError({
      code: 'devmode.not-restored',
      message: `${first} ${describeRef(ref)} could not be put back: ${toError(error).message}`,
      next: 'Choose End Develop on it as soon as the cluster can be reached.',
      remedies: [{ kind: 'endDevMode' }, { kind: 'showLog' }],
      cause: new AggregateError([told, error]),
    });
  }
}
