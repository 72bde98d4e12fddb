import { toError } from '../base/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { type ObjectRef, types } from '../cluster/core/objects.ts';
import { type DevModeRecord, recordAnnotation } from './core/record.ts';
import { readRecord } from './core/recordAnnotation.ts';

/** One workload in dev mode: its record, or why that cannot be read. */
export interface DevModeEntry {
  readonly ref: ObjectRef;
  readonly record: DevModeRecord | Error;
}

/** Who develops what in a namespace, as the cluster knows it. */
export async function listDevMode(cluster: Cluster, namespace: string, signal: AbortSignal): Promise<DevModeEntry[]> {
  const { items } = await cluster.list(types.deployment, { namespace }, signal);
  return items.flatMap((workload): DevModeEntry[] => {
    if (workload.metadata.annotations?.[recordAnnotation] === undefined) return [];
    const ref = { type: types.deployment, namespace, name: workload.metadata.name };
    try {
      const record = readRecord(workload);
      return record === undefined ? [] : [{ ref, record }];
    } catch (error) {
      // One record that cannot be read must not hide the others.
      return [{ ref, record: toError(error) }];
    }
  });
}
