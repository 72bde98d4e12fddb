import { isJsonObject, type Json, type JsonObject } from '../base/json.ts';
import type { KubeObject } from '../cluster/core/objects.ts';
import type { GroupKind } from './treeNode.ts';

/** How a workload is doing: what the row says, in few characters and in words. */
export interface WorkloadStatus {
  readonly short: string | undefined;
  readonly words: string;
  readonly health: 'good' | 'busy' | 'bad';
}

/** Reads the status of a workload; fields that are absent count as zero, as the API server leaves zeros out. */
export function workloadStatus(group: GroupKind, object: KubeObject): WorkloadStatus {
  const [spec, status] = [objectAt(object.spec), objectAt(object.status)];
  switch (group) {
    case 'Deployment':
    case 'StatefulSet':
      return readiness(number(status.readyReplicas), number(spec.replicas, 1));
    case 'DaemonSet':
      return readiness(number(status.numberReady), number(status.desiredNumberScheduled));
    case 'Job':
      return jobStatus(status);
    case 'CronJob': {
      const schedule = typeof spec.schedule === 'string' ? spec.schedule : '';
      if (spec.suspend === true) return { short: 'suspended', words: 'suspended', health: 'good' };
      return { short: schedule, words: `runs at ${schedule}`, health: 'good' };
    }
  }
}

/** The label selector of a workload's pods as the API takes it, or `undefined` when the object has none. */
export function podSelector(object: KubeObject): string | undefined {
  const selector = objectAt(objectAt(object.spec).selector);
  const labels = Object.entries(objectAt(selector.matchLabels)).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${key}=${value}`] : [],
  );
  const expressions = list(selector.matchExpressions).flatMap((expression) => requirement(objectAt(expression)));
  const all = [...labels, ...expressions];
  return all.length === 0 ? undefined : all.join(',');
}

/** Whether the object is owned by the one with this uid. */
export function ownedBy(object: KubeObject, uid: string | undefined): boolean {
  return uid !== undefined && (object.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid);
}

/** Name and image of each container of a workload's pod template, without init containers. */
export function templateContainers(object: KubeObject): readonly { readonly name: string; readonly image: string }[] {
  const spec = objectAt(object.spec);
  const template = objectAt(spec.template ?? objectAt(objectAt(spec.jobTemplate).spec).template);
  return list(objectAt(template.spec).containers).flatMap((container) => {
    const { name, image } = objectAt(container);
    return typeof name === 'string' ? [{ name, image: typeof image === 'string' ? image : '' }] : [];
  });
}

function readiness(ready: number, wanted: number): WorkloadStatus {
  if (wanted === 0) return { short: 'scaled to 0', words: 'scaled to zero', health: 'good' };
  const health = ready >= wanted ? 'good' : 'busy';
  return { short: `${ready}/${wanted}`, words: `${ready} of ${wanted} pods ready`, health };
}

function jobStatus(status: JsonObject): WorkloadStatus {
  const condition = (type: string): boolean =>
    list(status.conditions).some((one) => objectAt(one).type === type && objectAt(one).status === 'True');
  if (condition('Complete')) return { short: 'complete', words: 'complete', health: 'good' };
  if (condition('Failed')) return { short: 'failed', words: 'failed', health: 'bad' };
  const active = number(status.active) > 0;
  return active
    ? { short: 'running', words: 'running', health: 'good' }
    : { short: 'waiting', words: 'waiting', health: 'busy' };
}

function requirement({ key, operator, values }: JsonObject): readonly string[] {
  if (typeof key !== 'string') return [];
  const set = `(${list(values).join(',')})`;
  switch (operator) {
    case 'In':
      return [`${key} in ${set}`];
    case 'NotIn':
      return [`${key} notin ${set}`];
    case 'Exists':
      return [key];
    case 'DoesNotExist':
      return [`!${key}`];
    default:
      return [];
  }
}

function objectAt(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function number(value: Json | undefined, absent = 0): number {
  return typeof value === 'number' ? value : absent;
}
