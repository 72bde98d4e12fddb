import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type KubeObject, type ResourceType, types } from '../../../src/cluster/core/objects.ts';
import { developedNode, replacedPods } from '../../../src/devmode/core/replacedPods.ts';
import { developableKind } from '../../../src/devmode/core/developableKinds.ts';
import { settleState, type SettleView } from '../../../src/devmode/core/settling.ts';

const session = 's1';
const place = { namespace: 'shop', name: 'web' };

describe('settleState of a kind whose pods dev mode deletes', () => {
  const target = { ref: { type: types.statefulSet, ...place }, session, generation: 4, rollout: true };
  const seen = workload(types.statefulSet, 4);
  const cases: readonly { name: string; view: Partial<SettleView>; missing: string | undefined; free: string }[] = [
    {
      name: 'nothing before the controller has seen the change, since it would make the dev pod again',
      view: { workload: workload(types.statefulSet, 3), pods: [pod('web-0', { session })], derived: [revision()] },
      missing: 'Waiting for the controller',
      free: '',
    },
    {
      name: 'the dev pod, then its template',
      view: { workload: seen, pods: [pod('web-0', { session })], derived: [revision()] },
      missing: 'Waiting for the dev pod to end',
      free: 'web-0',
    },
    {
      name: 'the template while the dev pod is on its way out',
      view: { workload: seen, pods: [pod('web-0', { session, deleting: true })], derived: [revision()] },
      missing: 'Starting the original pods',
      free: 'web-x',
    },
    {
      name: 'no original pod',
      view: { workload: seen, pods: [pod('web-0', {})], derived: [] },
      missing: 'Starting the original pods',
      free: '',
    },
    {
      name: 'nothing when all is done',
      view: {
        workload: { ...seen, status: { observedGeneration: 4, replicas: 1, availableReplicas: 1 } },
        pods: [pod('web-0', {})],
        derived: [],
      },
      missing: undefined,
      free: '',
    },
  ];
  for (const { name, view, missing, free } of cases) {
    it(`lets go ${name}`, () => {
      const state = settleState(target, { workload: undefined, derived: undefined, pods: undefined, ...view });
      assert.equal(state.missing, missing);
      assert.equal(state.free.map(({ object }) => object.metadata.name).join(), free);
    });
  }
});

describe('replacedPods', () => {
  const pods = [
    pod('web-0', { node: 'b' }),
    pod('web-1', { node: 'a' }),
    pod('web-2', { node: 'c', session }),
    pod('web-3', { node: 'c', deleting: true }),
    pod('other', { node: 'a', owner: 'u9' }),
  ];
  const names = (type: ResourceType, spec = {}): string =>
    replacedPods(developableKind({ type, ...place }), { ...workload(type, 1), spec }, pods, { session, node: 'a' })
      .map(({ metadata }) => metadata.name)
      .join();
  it('are the first of a StatefulSet, as its controller scales the others away in its own order', () => {
    assert.equal(names(types.statefulSet), 'web-0');
    assert.equal(names(types.statefulSet, { ordinals: { start: 1 } }), 'web-1');
  });
  it('are all of a ReplicaSet', () => assert.equal(names(types.replicaSet), 'web-0,web-1'));
  it('are that of one node of a DaemonSet', () => assert.equal(names(types.daemonSet), 'web-1'));
  it('are none where the controller replaces them', () => assert.equal(names(types.deployment), ''));
  it('leave the choice of the node to what is ready', () => {
    const daemonSet = workload(types.daemonSet, 1);
    assert.equal(developedNode(daemonSet, pods), 'a');
    assert.equal(developedNode(daemonSet, [...pods, pod('ready', { node: 'z', ready: true })]), 'z');
    assert.equal(developedNode(daemonSet, []), undefined);
  });
});

function workload(type: ResourceType, observedGeneration: number): KubeObject {
  const metadata = { ...place, uid: 'u1', generation: 4 };
  return { kind: type.kind, metadata, spec: { replicas: 1 }, status: { observedGeneration } };
}

function revision(): KubeObject {
  return { kind: 'ControllerRevision', metadata: { name: 'web-x', uid: 'r1' } };
}

function pod(
  name: string,
  {
    session: own,
    deleting = false,
    node,
    owner = 'u1',
    ready = false,
  }: { session?: string; deleting?: boolean; node?: string; owner?: string; ready?: boolean },
): KubeObject {
  return {
    metadata: {
      name,
      uid: name,
      ownerReferences: [{ uid: owner }],
      ...(own === undefined ? {} : { labels: { 'podloop.dev/session': own } }),
      ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: node === undefined ? {} : { nodeName: node },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}
