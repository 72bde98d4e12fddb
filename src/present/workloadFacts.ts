import type { JsonObject } from '../base/json.ts';
import { readConditions } from '../cluster/core/conditions.ts';
import { numberField, objectField, textField } from '../cluster/core/fields.ts';
import type { KubeObject } from '../cluster/core/objects.ts';
import { readWorkload, type Workload, type WorkloadKind, workloadKinds } from '../cluster/core/workloads.ts';
import type { GroupKind } from './treeNode.ts';

/** How a workload is doing: what the row says, in few characters and in words. */
export interface WorkloadStatus {
  readonly short: string;
  readonly words: string;
  readonly health: 'good' | 'busy' | 'bad';
}

/** What is known of a kind of workload that the tree shows. */
export function kindOfGroup(group: GroupKind): WorkloadKind {
  const kind = workloadKinds.find(({ type }) => type.kind === group);
  if (kind === undefined) throw new Error(`No workload kind is called ${group}`);
  return kind;
}

/** Reads an object of a group. */
export function readOfGroup(group: GroupKind, object: KubeObject): Workload {
  return readWorkload(kindOfGroup(group), object);
}

/** Reads the status of a workload. */
export function workloadStatus(group: GroupKind, object: KubeObject): WorkloadStatus {
  switch (group) {
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
      return readiness(readOfGroup(group, object));
    case 'Job':
      return jobStatus(objectField(object.status));
    case 'CronJob':
      return cronJobStatus(objectField(object.spec));
  }
}

/** Whether the object is owned by the one with this uid. */
export function ownedBy(object: KubeObject, uid: string | undefined): boolean {
  return uid !== undefined && (object.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid);
}

function readiness({ readyReplicas, replicas }: Workload): WorkloadStatus {
  if (replicas === 0) return { short: 'scaled to 0', words: 'scaled to zero', health: 'good' };
  return {
    short: `${readyReplicas}/${replicas}`,
    words: `${readyReplicas} of ${replicas} pods ready`,
    health: readyReplicas >= replicas ? 'good' : 'busy',
  };
}

function jobStatus(status: JsonObject): WorkloadStatus {
  const conditions = readConditions(status.conditions);
  const holds = (type: string): boolean => conditions.some((one) => one.type === type && one.status === 'True');
  if (holds('Complete')) return said('complete', 'good');
  if (holds('Failed')) return said('failed', 'bad');
  return numberField(status.active, 0) > 0 ? said('running', 'good') : said('waiting', 'busy');
}

function cronJobStatus(spec: JsonObject): WorkloadStatus {
  if (spec.suspend === true) return said('suspended', 'good');
  const schedule = textField(spec.schedule) ?? '';
  return { short: schedule, words: `runs at ${schedule}`, health: 'good' };
}

function said(words: string, health: WorkloadStatus['health']): WorkloadStatus {
  return { short: words, words, health };
}
