import { numberField, objectField, textField } from '../../cluster/core/fields.ts';
import type { KubeObject } from '../../cluster/core/objects.ts';
import { readPod } from '../../cluster/core/pods.ts';
import type { DevelopableKind } from './developableKinds.ts';
import { sessionLabel } from './record.ts';

/**
 * The pods of a workload that must go so that its controller makes a dev pod in their place. The others of a StatefulSet
 * are scaled away by the controller in its own order; those of a DaemonSet stay.
 */
export function replacedPods(
  { deletes }: DevelopableKind,
  workload: KubeObject,
  pods: readonly KubeObject[],
  { session, node }: { readonly session: string; readonly node?: string },
): readonly KubeObject[] {
  const own = pods.filter(
    (pod) => isOwned(pod, workload) && pod.metadata.labels?.[sessionLabel] !== session && isStaying(pod),
  );
  switch (deletes) {
    case 'none':
      return [];
    case 'all':
      return own;
    case 'first': {
      const first = `${workload.metadata.name}-${numberField(objectField(objectField(workload.spec).ordinals).start, 0)}`;
      return own.filter(({ metadata }) => metadata.name === first);
    }
    case 'ofNode':
      return own.filter(({ spec }) => textField(objectField(spec).nodeName) === node);
  }
}

/**
 * The node whose pod is developed: that of a pod which is ready, as the developer's requests may well be meant for it,
 * the first by name, so that it is the same one each time. `undefined` when the workload runs nowhere.
 */
export function developedNode(workload: KubeObject, pods: readonly KubeObject[]): string | undefined {
  const own = pods.filter((pod) => isOwned(pod, workload) && isStaying(pod)).map(readPod);
  const nodes = own.toSorted((a, b) => Number(b.ready) - Number(a.ready) || (a.node ?? '').localeCompare(b.node ?? ''));
  return nodes.find(({ node }) => node !== undefined)?.node;
}

function isOwned({ metadata }: KubeObject, workload: KubeObject): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === workload.metadata.uid) === true;
}

function isStaying({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp === undefined;
}
