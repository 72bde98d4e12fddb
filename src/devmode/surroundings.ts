import { isAbortError, toError, UserError } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import type { Log } from '../base/log.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { numberField, objectField, textField } from '../cluster/core/fields.ts';
import { describeRef, type KubeObject, type ResourceType, types } from '../cluster/core/objects.ts';
import { refusedPod } from './core/replicaSetProblems.ts';
import type { WorkloadRef } from './core/developableKinds.ts';

const autoscalerType: ResourceType = {
  group: 'autoscaling',
  version: 'v2',
  plural: 'horizontalpodautoscalers',
  kind: 'HorizontalPodAutoscaler',
  namespaced: true,
};

/** What a look at the cluster around a workload takes. */
export interface SurroundingsCheck {
  readonly cluster: Cluster;
  readonly ref: WorkloadRef;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Throws `UserError` `devmode.autoscaled` when an autoscaler would keep several pods of the workload: the Service would
 * send requests to pods that nobody syncs to. Without the right to look it is not known and counts as no.
 */
export async function refuseAutoscaled({ cluster, ref, signal, log }: SurroundingsCheck): Promise<void> {
  const scope = ref.namespace === undefined ? {} : { namespace: ref.namespace };
  const list = cluster.list(autoscalerType, scope, signal);
  const { items } = await list.catch(ignore(log, 'Cannot list autoscalers.', { items: [] }));
  const autoscaler = items.find((item) => keepsSeveral(item, ref));
  if (autoscaler === undefined) return;
  const { name } = autoscaler.metadata;
  throw new UserError({
    code: 'devmode.autoscaled',
    message: `HorizontalPodAutoscaler ${name} keeps more than one pod of ${describeRef(ref)}; dev mode needs a single one.`,
    next: `Set minReplicas of ${name} to 1 while you develop, then start again.`,
    remedies: [{ kind: 'retry' }],
  });
}

/**
 * Throws `UserError` `devmode.pod-security` when the namespace's PodSecurity level refuses a pod of the template
 * that develops, before the workload is touched. Asked by a dry run; without the right to ask it shows later.
 */
export async function refuseInsecure(check: SurroundingsCheck, template: JsonObject): Promise<void> {
  const { cluster, ref, signal, log } = check;
  const { metadata, spec } = template;
  const { labels, annotations } = objectField(metadata);
  const place = ref.namespace === undefined ? {} : { namespace: ref.namespace };
  const pod = { metadata: { name: `${ref.name}-podloop-check`, ...place, labels, annotations }, spec } as KubeObject;
  try {
    await cluster.create(types.pod, pod, signal, { dryRun: true });
  } catch (error) {
    const said = error instanceof UserError ? (error.detail ?? error.message) : '';
    if (said.includes('violates PodSecurity')) throw refusedPod({ ref }, said.replace(/^HTTP \d+ \w+: /, '')).error;
    // Quotas may be freed by the old pods, and policies against bare pods do not mean those of a controller.
    ignore(log, 'The dry run of the dev pod says nothing certain.', undefined)(error);
  }
}

function keepsSeveral(autoscaler: KubeObject, ref: WorkloadRef): boolean {
  const spec = objectField(autoscaler.spec);
  const { kind, name } = objectField(spec.scaleTargetRef);
  const meant = textField(kind) === ref.type.kind && textField(name) === ref.name;
  return meant && numberField(spec.minReplicas, 1) > 1;
}

function ignore<T>(log: Log, message: string, value: T): (error: unknown) => T {
  return (error) => {
    if (isAbortError(error)) throw error;
    log.debug(message, toError(error).message);
    return value;
  };
}
