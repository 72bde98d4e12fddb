import type { Disposable } from '../../../src/base/disposable.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { numberField, objectField, objectsField, textField } from '../../../src/cluster/core/fields.ts';
import { type KubeObject, type ObjectRef, types } from '../../../src/cluster/core/objects.ts';
import { sessionLabel } from '../../../src/devmode/core/record.ts';
import type { FakeCluster } from '../../fakes/fakeCluster.ts';

/** What the controller's pods become; `undefined` for no pod at all. */
export type PodMaker = (session: string, template: JsonObject) => KubeObject | undefined;

/**
 * Plays controller, scheduler and kubelet for one Deployment of a fake cluster, as far as dev mode looks: a replica set
 * and a pod while the template carries a session, and a status that has seen every change.
 */
export function runController(cluster: FakeCluster, ref: ObjectRef, makePod: PodMaker = runningPod): Disposable {
  return cluster.watch(ref.type, { namespace: ref.namespace ?? '' }, (state) => {
    const [workload] = state.kind === 'live' ? state.items : [];
    if (workload === undefined) return;
    reconcile(cluster, ref, workload, makePod);
  });
}

/** A pod of the template in which every container runs. */
export function runningPod(session: string, template: JsonObject): KubeObject {
  const spec = objectField(template.spec);
  const running = (list: keyof typeof spec): JsonObject[] =>
    objectsField(spec[list]).map(({ name = '' }) => ({ name, state: { running: {} }, imageID: 'sha256:1' }));
  return {
    metadata: { name: 'web-dev-1', namespace: 'shop', labels: { [sessionLabel]: session } },
    spec: { ...spec, nodeName: 'n1' },
    status: { initContainerStatuses: running('initContainers'), containerStatuses: running('containers') },
  };
}

function reconcile(cluster: FakeCluster, ref: ObjectRef, workload: KubeObject, makePod: PodMaker): void {
  const spec = objectField(workload.spec);
  const template = objectField(spec.template);
  const session = textField(objectField(objectField(template.metadata).labels)[sessionLabel]);
  const place = { namespace: 'shop', name: 'web-dev' };
  const old = cluster.peek({ type: types.replicaSet, ...place });
  const replicas = session === undefined ? 0 : 1;
  const labels = session === undefined ? old?.metadata.labels : { [sessionLabel]: session };
  if (labels !== undefined) {
    const metadata = { ...place, labels };
    if (session !== undefined || old !== undefined) {
      cluster.put(types.replicaSet, { metadata, spec: { replicas }, status: { replicas } });
    }
  }
  const pod = session === undefined ? undefined : makePod(session, template);
  if (pod === undefined) cluster.remove({ type: types.pod, namespace: 'shop', name: 'web-dev-1' });
  else cluster.put(types.pod, pod);
  const count = numberField(spec.replicas, 1);
  cluster.merge(ref, {
    status: {
      observedGeneration: workload.metadata.generation,
      replicas: count,
      updatedReplicas: count,
      availableReplicas: count,
    },
  });
}
