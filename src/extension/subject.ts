import { z } from 'zod';
import type { WorkloadId } from '../session/core/state.ts';
import { groupKinds, type TreeNode, type WorkloadNode } from '../present/treeNode.ts';
import { SyncElement } from './sync/syncTree.ts';

const workloadNode = z.object({
  kind: z.literal('workload'),
  context: z.string(),
  namespace: z.string(),
  group: z.enum(groupKinds),
  name: z.string(),
  cronJob: z.string().optional(),
});
const workloadId = z.object({ context: z.string(), namespace: z.string(), kind: z.string(), name: z.string() });
const podLogs = z.object({
  kind: z.literal('podLogs'),
  namespace: z.string(),
  pod: z.string(),
  container: z.string(),
  subject: z.unknown(),
});

/** The node of a row that a command was called on; `undefined` when it was called from elsewhere. */
export function nodeOf(subject: unknown): TreeNode | undefined {
  if (typeof subject !== 'object' || subject === null || !('node' in subject) || !('row' in subject)) return undefined;
  // Only the tree's own elements have a node and a row.
  return (subject as { readonly node: TreeNode }).node;
}

/** The workload that a command is about, from its row or a row below it, or from a caller that names it. */
export function workloadOf(subject: unknown): WorkloadId | undefined {
  if (subject instanceof SyncElement) return subject.row.node.workload;
  const node = nodeOf(subject);
  if (node === undefined) {
    const given = workloadNode.safeParse(subject).data;
    if (given !== undefined) return workloadIdOf(given);
    return workloadId.safeParse(subject).data;
  }
  if (node.kind === 'workload') return workloadIdOf(node);
  return node.kind === 'pod' || node.kind === 'container' ? workloadIdOf(node.owner) : undefined;
}

/** The kubeconfig context that a command is about. */
export function contextOf(subject: unknown): string | undefined {
  const node = nodeOf(subject);
  if (node === undefined) return workloadOf(subject)?.context ?? (typeof subject === 'string' ? subject : undefined);
  return node.kind === 'pod' || node.kind === 'container' ? node.owner.context : node.context;
}

/** The container whose log a remedy offers, in the context of what failed. */
export function podLogsOf(
  subject: unknown,
): { context: string; namespace: string; pod: string; container: string } | undefined {
  const given = podLogs.safeParse(subject).data;
  const context = given === undefined ? undefined : contextOf(given.subject);
  if (given === undefined || context === undefined) return undefined;
  return { context, namespace: given.namespace, pod: given.pod, container: given.container };
}

function workloadIdOf({ context, namespace, group, name }: Omit<WorkloadNode, 'kind' | 'cronJob'>): WorkloadId {
  return { context, namespace, kind: group, name };
}
