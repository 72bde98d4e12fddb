import { toError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { objectField } from '../cluster/core/fields.ts';
import { type KubeObject, type ObjectMeta, types } from '../cluster/core/objects.ts';
import { developableKind, type WorkloadRef } from './core/developableKinds.ts';
import { readAt } from './core/documentPath.ts';
import { podSelector } from '../cluster/core/podSelector.ts';
import { sessionLabel } from './core/record.ts';

/** The deployment controller's own note on a replica set: how many pods its Deployment wanted when it last looked. */
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
const limit = 10_000;

/**
 * Keeps the controller from starting more dev pods when the original number of pods comes back: where number and
 * template change at once it first scales what runs, dev pods that is, and only then rolls out. Its note on the replica
 * set is how it tells a change of the number. Never rejects: at worst, dev pods come and go again.
 */
export async function announceReplicas(
  cluster: Cluster,
  ref: WorkloadRef,
  { entered, restored, session }: { entered: KubeObject; restored: KubeObject; session: string },
  log: Log,
): Promise<void> {
  const { replicasPath } = developableKind(ref);
  if (replicasPath === undefined || ref.type.kind !== types.deployment.kind) return;
  const wanted = readAt(restored, replicasPath);
  if (typeof wanted !== 'number' || wanted <= 1 || wanted === readAt(entered, replicasPath)) return;
  const place = ref.namespace === undefined ? {} : { namespace: ref.namespace };
  const signal = AbortSignal.timeout(limit);
  try {
    const labelSelector = podSelector(entered) ?? `${sessionLabel}=${session}`;
    const { items } = await cluster.list(types.replicaSet, { ...place, labelSelector }, signal);
    const body = { metadata: { annotations: { [desiredAnnotation]: String(wanted) } } };
    const active = items.filter(({ metadata, spec }) => isOwned(metadata, entered) && objectField(spec).replicas !== 0);
    const [only, ...others] = active;
    // While the rollout of dev mode itself still runs, the controller would correct the note at once.
    if (only === undefined || others.length > 0) return;
    const { name } = only.metadata;
    await cluster.patch({ ...place, type: types.replicaSet, name }, { kind: 'merge', body }, signal);
  } catch (error) {
    log.debug('Could not announce the original number of pods.', toError(error).message);
  }
}

function isOwned({ ownerReferences = [] }: ObjectMeta, workload: KubeObject): boolean {
  return ownerReferences.some(({ uid }) => uid === workload.metadata.uid);
}
