import type { JsonObject } from '../../base/json.ts';
import { numberField, objectField } from '../../cluster/core/fields.ts';
import type { KubeObject } from '../../cluster/core/objects.ts';
import { readWorkload } from '../../cluster/core/workloads.ts';
import type { DevelopableKind } from './developableKinds.ts';

/** Whether a workload's pods are what its spec says. `detail` is for people. */
export type RolloutState =
  | { readonly kind: 'complete' }
  | { readonly kind: 'underWay'; readonly detail: string }
  /** It will not go on by itself. */
  | { readonly kind: 'stuck'; readonly detail: string };

/** Reads how far a workload's rollout is. */
export function rolloutState(kind: DevelopableKind, workload: KubeObject): RolloutState {
  const { replicas, observed, conditions } = readWorkload(kind, workload);
  const status = objectField(workload.status);
  if (objectField(workload.spec).paused === true) return { kind: 'stuck', detail: 'The workload is paused.' };
  if (!observed) return { kind: 'underWay', detail: 'Waiting for the controller' };
  if (!kind.countsPods) return { kind: 'complete' };
  if (kind.deletes !== 'none') return podCount(replicas, status);
  const [updated, available] = [numberField(status.updatedReplicas, 0), numberField(status.availableReplicas, 0)];
  const alone = numberField(status.replicas, 0) <= updated;
  if (updated >= replicas && alone && available >= updated) return { kind: 'complete' };
  if (conditions.some(({ type, status: holds }) => type === 'Progressing' && holds === 'False')) {
    return { kind: 'stuck', detail: 'Its original pods do not become ready within the progress deadline.' };
  }
  // Until all pods are new ones, those that are available may be old ones.
  const detail =
    updated < replicas
      ? 'Starting the original pods'
      : alone
        ? readyDetail(available, replicas)
        : 'Waiting for the original pods to take over';
  return { kind: 'underWay', detail };
}

/** Which template its pods have is up to strategy, partition and whoever deletes pods; how many there are is not. */
function podCount(replicas: number, status: JsonObject): RolloutState {
  const ready = numberField(status.numberReady ?? status.readyReplicas, 0);
  const available = numberField(status.numberAvailable ?? status.availableReplicas, 0);
  const there = numberField(status.currentNumberScheduled ?? status.replicas, 0);
  if (available >= replicas && there <= replicas) return { kind: 'complete' };
  return { kind: 'underWay', detail: there < replicas ? 'Starting the original pods' : readyDetail(ready, replicas) };
}

function readyDetail(ready: number, replicas: number): string {
  return `${ready} of ${replicas} original pods are ready`;
}
