import type { ListScope } from '../../cluster/cluster.ts';
import { podSelector } from '../../cluster/core/podSelector.ts';
import { type KubeObject, type ResourceType, types } from '../../cluster/core/objects.ts';
import { kindOfGroup } from '../../present/workloadFacts.ts';
import type { TreeNode, WorkloadNode } from '../../present/treeNode.ts';

/** Which objects a row's children are made of. */
export interface WantedList {
  readonly context: string;
  readonly type: ResourceType;
  readonly scope: ListScope;
}

/**
 * The list below a row, `undefined` for rows whose children need none of their own. `find` gives the object of a
 * workload, whose selector decides which pods are its own.
 */
export function listScope(
  node: TreeNode,
  find: (workload: WorkloadNode) => KubeObject | undefined,
): WantedList | undefined {
  switch (node.kind) {
    case 'context':
      return { context: node.context, type: types.namespace, scope: {} };
    case 'group':
      return { context: node.context, type: kindOfGroup(node.group).type, scope: { namespace: node.namespace } };
    case 'workload': {
      const { context, namespace } = node;
      if (node.group === 'CronJob') return { context, type: types.job, scope: { namespace } };
      const object = find(node);
      const labelSelector = object === undefined ? undefined : podSelector(object);
      return labelSelector === undefined
        ? undefined
        : { context, type: types.pod, scope: { namespace, labelSelector } };
    }
    case 'namespace':
    case 'pod':
    case 'container':
    case 'notice':
      return undefined;
  }
}
