import type { JsonObject } from '../../base/json.ts';
import { objectField } from '../../cluster/core/fields.ts';
import { apiVersionOf, type KubeObject, types } from '../../cluster/core/objects.ts';
import { templateOf } from '../../cluster/core/workloads.ts';
import { developableKind, type WorkloadRef } from './developableKinds.ts';
import type { DevSpec } from './devSpec.ts';
import { Draft } from './draft.ts';
import { sessionLabel } from './record.ts';
import { developTemplate } from './template.ts';

/** Labels by which a Job knows its own pods: the server gives each Job its own. */
const ownLabels = ['controller-uid', 'job-name', 'batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name'];
/** How often its pod may fail before the Job gives up: a developer's program may well fail often. */
const backoffLimit = 1000;
const maxName = 63;

/**
 * The Job that develops a CronJob or Job: one pod of its template that nothing but the developer ends. It belongs to the
 * workload, so that it goes with it.
 */
export function devJob(ref: WorkloadRef, workload: KubeObject, spec: DevSpec): KubeObject {
  const job = objectField(ref.type.kind === types.cronJob.kind ? objectField(workload.spec).jobTemplate : workload);
  const { template, completionMode } = objectField(job.spec);
  const { labels, annotations } = ref.type.kind === types.cronJob.kind ? objectField(job.metadata) : workload.metadata;
  const metadata = {
    name: devJobName(ref, spec.session),
    ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
    labels: { ...withoutOwn(objectField(labels)), [sessionLabel]: spec.session },
    // Those of a Job itself speak of how it was applied.
    ...(ref.type.kind === types.cronJob.kind && annotations !== undefined ? { annotations } : {}),
    ownerReferences: [ownerOf(ref, workload)],
  };
  const draft = new Draft({
    metadata,
    spec: {
      parallelism: 1,
      completions: 1,
      ...(completionMode === undefined ? {} : { completionMode }),
      backoffLimit,
      template: endlessTemplate(objectField(template)),
    },
  } as KubeObject);
  developTemplate(draft, ['spec', 'template'], spec);
  return draft.document;
}

/** The pod template that develops; `entered` is the workload in dev mode. */
export function devTemplate(ref: WorkloadRef, entered: KubeObject, spec: DevSpec): JsonObject {
  const kind = developableKind(ref);
  if (!kind.runsJob) return templateOf(kind, entered);
  return objectField(objectField(devJob(ref, entered, spec).spec).template);
}

/** The same for the same session, so that making it twice makes one. */
export function devJobName({ name }: WorkloadRef, session: string): string {
  const suffix = `-dev-${session.slice(0, 8)}`;
  return `${name.slice(0, maxName - suffix.length)}${suffix}`;
}

/** Neither a deadline nor a failure of its own ends the pod. */
function endlessTemplate({ metadata, spec }: JsonObject): JsonObject {
  const { labels, ...rest } = objectField(metadata);
  const pod = Object.entries(objectField(spec)).filter(([key]) => key !== 'activeDeadlineSeconds');
  return {
    metadata: { ...rest, labels: withoutOwn(objectField(labels)) },
    spec: { ...Object.fromEntries(pod), restartPolicy: 'OnFailure' },
  };
}

function withoutOwn(labels: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !ownLabels.includes(key)));
}

function ownerOf({ type, name }: WorkloadRef, { metadata }: KubeObject): JsonObject {
  return { apiVersion: apiVersionOf(type), kind: type.kind, name, uid: metadata.uid ?? '' };
}
