import type { Cluster } from '../cluster/cluster.ts';
import { customKinds } from '../cluster/core/workloads.ts';
import { type DevelopableKind, developableKinds } from './core/developableKinds.ts';

/** The kinds of workload that dev mode can be put on and that this cluster has. */
export async function servedKinds(cluster: Cluster, signal: AbortSignal): Promise<readonly DevelopableKind[]> {
  const groups = await cluster.apiGroups(signal);
  const custom = new Set(customKinds.map(({ type }) => type.group));
  return developableKinds.filter(({ type: { group } }) => !custom.has(group) || groups.has(group));
}
