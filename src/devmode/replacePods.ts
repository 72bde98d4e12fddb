import { UserError } from '../base/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { describeRef, type KubeObject, type ObjectRef, types } from '../cluster/core/objects.ts';
import { podSelector } from '../cluster/core/podSelector.ts';
import { developableKind } from './core/developableKinds.ts';
import type { DevModeRecord } from './core/record.ts';
import { developedNode, replacedPods } from './core/replacedPods.ts';

/**
 * Deletes the pods of a workload in dev mode whose controller does not replace them itself; nothing for other kinds.
 * Doing it again does no harm: pods of the session stay.
 */
export async function replacePods(
  cluster: Cluster,
  ref: ObjectRef,
  { workload, record }: { readonly workload: KubeObject; readonly record: DevModeRecord },
  signal: AbortSignal,
): Promise<void> {
  const kind = developableKind(ref);
  if (kind.deletes === 'none') return;
  const pods = replacedPods(kind, workload, await podsOf(cluster, ref, workload, signal), record);
  await Promise.all(
    pods.map(({ metadata: { name, uid = '' } }) => cluster.delete({ ...ref, type: types.pod, name }, signal, { uid })),
  );
}

/**
 * The node whose pod is to be developed; `undefined` for a kind that does not have a pod on each. Throws `UserError`
 * `devmode.no-node` when the workload has no pod anywhere.
 */
export async function chooseNode(
  cluster: Cluster,
  ref: ObjectRef,
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

async function podsOf(
  cluster: Cluster,
  ref: ObjectRef,
  workload: KubeObject,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const place = ref.namespace === undefined ? {} : { namespace: ref.namespace };
  const labelSelector = podSelector(workload);
  const scope = labelSelector === undefined ? place : { ...place, labelSelector };
  return (await cluster.list(types.pod, scope, signal)).items;
}
