import { toError, UserError } from '../base/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { KubeObject, ObjectRef, ResourceType } from '../cluster/core/objects.ts';
import { type DevModeRecord, recordAnnotation } from './core/record.ts';
import { readRecord } from './core/recordAnnotation.ts';
import { servedKinds } from './servedKinds.ts';

/** One workload in dev mode: its record, or why that cannot be read. */
export interface DevModeEntry {
  readonly ref: ObjectRef;
  readonly record: DevModeRecord | Error;
}

/** Who develops what in a namespace, as the cluster knows it. Kinds that may not be listed are left out. */
export async function listDevMode(cluster: Cluster, namespace: string, signal: AbortSignal): Promise<DevModeEntry[]> {
  const lists = await Promise.all(
    (await servedKinds(cluster, signal)).map(async ({ type }) => {
      const items = await listKind(cluster, type, namespace, signal);
      return items.flatMap((workload) => entryOf(type, namespace, workload));
    }),
  );
  return lists.flat();
}

async function listKind(
  cluster: Cluster,
  type: ResourceType,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  try {
    return (await cluster.list(type, { namespace }, signal)).items;
  } catch (error) {
    if (error instanceof UserError && ['cluster.forbidden', 'cluster.not-found'].includes(error.code)) return [];
    throw error;
  }
}

function entryOf(type: ResourceType, namespace: string, workload: KubeObject): DevModeEntry[] {
  if (workload.metadata.annotations?.[recordAnnotation] === undefined) return [];
  // A controller copies the annotations of its workload to what it makes, as a Deployment does to its replica sets.
  if (workload.metadata.ownerReferences?.some(({ controller }) => controller === true) === true) return [];
  const ref = { type, namespace, name: workload.metadata.name };
  try {
    const record = readRecord(workload);
    return record === undefined ? [] : [{ ref, record }];
  } catch (error) {
    // One record that cannot be read must not hide the others.
    return [{ ref, record: toError(error) }];
  }
}
