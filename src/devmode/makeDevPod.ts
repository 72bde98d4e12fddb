import { UserError } from '../base/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { describeRef, type KubeObject, types } from '../cluster/core/objects.ts';
import { podSelector } from '../cluster/core/podSelector.ts';
import { developableKind, type WorkloadRef } from './core/developableKinds.ts';
import { devJob } from './core/devJob.ts';
import type { DevSpec } from './core/devSpec.ts';
import type { Maker } from './core/progress.ts';
import { readRecord } from './core/recordAnnotation.ts';
import { goneError } from './core/refusals.ts';
import { developedNode, replacedPods } from './core/replacedPods.ts';

/** Bound of the write once it is begun, in milliseconds. */
const createLimit = 30_000;

/**
 * Has the dev pod of a workload in dev mode made, where its controller does not do so by itself: deletes the pods in
 * whose place it comes, or runs the Job that develops. Gives what makes the pod in these cases. Doing it again does no
 * harm.
 */
export async function makeDevPod(
  cluster: Cluster,
  ref: WorkloadRef,
  entered: { readonly workload: KubeObject; readonly spec: DevSpec },
  signal: AbortSignal,
): Promise<Maker | undefined> {
  const { deletes, runsJob, derived } = developableKind(ref);
  if (deletes !== 'none') {
    await replacePods(cluster, ref, entered.workload, signal);
    return { kind: ref.type.kind, name: ref.name };
  }
  if (runsJob) return runJob(cluster, ref, entered, signal);
  return derived === types.replicaSet ? undefined : { kind: ref.type.kind, name: ref.name };
}

/**
 * The node whose pod is to be developed; `undefined` for a kind that does not have a pod on each. Throws `UserError`
 * `devmode.no-node` when the workload has no pod anywhere.
 */
export async function chooseNode(
  cluster: Cluster,
  ref: WorkloadRef,
  workload: KubeObject,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (developableKind(ref).deletes !== 'ofNode') return undefined;
  const node = developedNode(workload, await podsOf(cluster, ref, workload, signal));
  if (node !== undefined) return node;
  throw new UserError({
    code: 'devmode.no-node',
    message: `${describeRef(ref)} has no pod on any node, so there is none to develop in.`,
    next: 'See which nodes its node selector, affinity and tolerations allow, then start again.',
    remedies: [{ kind: 'retry' }],
  });
}

async function replacePods(
  cluster: Cluster,
  ref: WorkloadRef,
  workload: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  const record = readRecord(workload);
  if (record === undefined) return;
  const all = await podsOf(cluster, ref, workload, signal);
  const pods = replacedPods(developableKind(ref), workload, all, record);
  await Promise.all(
    pods.map(({ metadata: { name, uid = '' } }) => cluster.delete({ ...ref, type: types.pod, name }, signal, { uid })),
  );
}

async function runJob(
  cluster: Cluster,
  ref: WorkloadRef,
  { workload, spec }: { readonly workload: KubeObject; readonly spec: DevSpec },
  signal: AbortSignal,
): Promise<Maker> {
  const job = devJob(ref, workload, spec);
  // Not the caller's signal: a Job that is made all the same would be found by nobody.
  await cluster.create(types.job, job, AbortSignal.timeout(createLimit)).catch((error: unknown) => {
    if (!(error instanceof UserError && error.code === 'cluster.already-exists')) throw error;
  });
  const { name } = job.metadata;
  // Whoever ended dev mode just before has not seen the Job.
  const now = await cluster.get(ref, signal);
  if (now === undefined || readRecord(now)?.session !== spec.session) {
    await cluster.delete({ ...ref, type: types.job, name }, signal);
    throw goneError(ref);
  }
  return { kind: types.job.kind, name };
}

async function podsOf(
  cluster: Cluster,
  ref: WorkloadRef,
  workload: KubeObject,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const place = ref.namespace === undefined ? {} : { namespace: ref.namespace };
  const labelSelector = podSelector(workload);
  const scope = labelSelector === undefined ? place : { ...place, labelSelector };
  return (await cluster.list(types.pod, scope, signal)).items;
}
