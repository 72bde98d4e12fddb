import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../../src/base/json.ts';
import { types, type KubeObject } from '../../../src/cluster/core/objects.ts';
import { readPod } from '../../../src/cluster/core/pods.ts';
import { readWorkload, templateOf, workloadKinds } from '../../../src/cluster/core/workloads.ts';

function pod(spec: JsonObject, status: JsonObject, metadata: JsonObject = {}): KubeObject {
  return { metadata: { name: 'web-1', namespace: 'shop', ...metadata }, spec, status };
}

describe('pods', () => {
  test('one that the server has only just made', () => {
    assert.deepEqual(readPod({ metadata: { name: 'web-1' } }), {
      name: 'web-1',
      namespace: '',
      uid: '',
      created: '',
      deleting: false,
      phase: 'Unknown',
      ready: false,
      reason: undefined,
      message: undefined,
      node: undefined,
      unschedulable: undefined,
      containers: [],
    });
  });

  test('one that runs, with a step that is done, a native sidecar and a crash before', () => {
    const read = readPod(
      pod(
        {
          nodeName: 'node-1',
          initContainers: [
            { name: 'migrate', image: 'db:1' },
            { name: 'proxy', image: 'proxy:1', restartPolicy: 'Always' },
          ],
          containers: [{ name: 'web', image: 'web:1' }],
        },
        {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'True' }],
          initContainerStatuses: [
            { name: 'proxy', ready: true, state: { running: { startedAt: '2026-01-01T00:00:02Z' } } },
            { name: 'migrate', state: { terminated: { exitCode: 0, reason: 'Completed' } } },
          ],
          containerStatuses: [
            {
              name: 'web',
              ready: true,
              restartCount: 2,
              imageID: 'web@sha256:1',
              state: { running: {} },
              lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', message: 'too big\n' } },
            },
          ],
        },
        { uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z', deletionTimestamp: '2026-01-01T00:01:00Z' },
      ),
    );
    assert.deepEqual(
      [read.phase, read.ready, read.node, read.deleting, read.created],
      ['Running', true, 'node-1', true, '2026-01-01T00:00:00Z'],
    );
    const nothing = { last: undefined, restartCount: 0, imageId: undefined };
    assert.deepEqual(read.containers, [
      {
        ...nothing,
        name: 'migrate',
        image: 'db:1',
        init: true,
        ready: false,
        state: { kind: 'terminated', exitCode: 0, reason: 'Completed', message: undefined },
      },
      {
        ...nothing,
        name: 'proxy',
        image: 'proxy:1',
        init: false,
        ready: true,
        state: { kind: 'running', startedAt: '2026-01-01T00:00:02Z' },
      },
      {
        name: 'web',
        image: 'web:1',
        init: false,
        ready: true,
        restartCount: 2,
        imageId: 'web@sha256:1',
        state: { kind: 'running', startedAt: undefined },
        last: { kind: 'terminated', exitCode: 137, reason: 'OOMKilled', message: 'too big' },
      },
    ]);
  });

  test('one that waits for its image, and one that waits for a node', () => {
    const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "web:9"' };
    const spec = { containers: [{ name: 'web', image: 'web:9' }] };
    const pulling = readPod(pod(spec, { phase: 'Pending', containerStatuses: [{ name: 'web', state: { waiting } }] }));
    assert.deepEqual(pulling.containers[0]?.state, { kind: 'waiting', ...waiting });
    const message = '0/1 nodes are available: 1 Insufficient cpu.';
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
    const homeless = readPod(pod(spec, { phase: 'Pending', conditions }));
    assert.equal(homeless.unschedulable, message);
    assert.deepEqual(homeless.containers[0]?.state, { kind: 'waiting', reason: undefined, message: undefined });
  });

  test('one that was evicted', () => {
    const read = readPod(pod({}, { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' }));
    assert.deepEqual([read.phase, read.reason, read.message], ['Failed', 'Evicted', 'The node was low on memory.']);
  });
});

describe('workloads', () => {
  const template = {
    spec: {
      initContainers: [{ name: 'wait', image: 'wait:1' }],
      containers: [
        {
          name: 'web',
          image: 'web:1',
          command: ['node'],
          args: ['server.js', 3],
          workingDir: '/srv',
          ports: [{ name: 'http', containerPort: 8080 }, { containerPort: 53, protocol: 'UDP' }, { name: 'none' }],
          env: [
            { name: 'A', value: '1' },
            { name: 'B', valueFrom: {} },
          ],
        },
      ],
    },
  };
  const kindOf = (kind: string) => workloadKinds.find(({ type }) => type.kind === kind) ?? assert.fail(kind);

  test('a deployment in the middle of a rollout', () => {
    const metadata = { name: 'web', namespace: 'shop', uid: 'u', generation: 4 };
    const conditions = [
      { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' },
      { type: 'Odd', status: 'x' },
    ];
    const status = { observedGeneration: 3, readyReplicas: 1, conditions };
    const read = readWorkload(kindOf('Deployment'), { metadata, spec: { replicas: 3, template }, status });
    assert.deepEqual([read.replicas, read.readyReplicas, read.observed], [3, 1, false]);
    assert.deepEqual(read.conditions, [
      { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: undefined },
      { type: 'Odd', status: 'Unknown', reason: undefined, message: undefined },
    ]);
    const empty = { command: [], args: [], workingDir: undefined, ports: [], envNames: [] };
    assert.deepEqual(read.containers, [
      { ...empty, name: 'wait', image: 'wait:1', init: true },
      {
        name: 'web',
        image: 'web:1',
        init: false,
        command: ['node'],
        args: ['server.js'],
        workingDir: '/srv',
        ports: [
          { name: 'http', number: 8080, protocol: 'TCP' },
          { name: undefined, number: 53, protocol: 'UDP' },
        ],
        envNames: ['A', 'B'],
      },
    ]);
  });

  test('what is left out counts as the default of the API', () => {
    const bare = { metadata: { name: 'web' }, spec: {} };
    const read = readWorkload(kindOf('StatefulSet'), bare);
    assert.deepEqual([read.replicas, read.readyReplicas, read.observed, read.containers], [1, 0, true, []]);
    const scaled = readWorkload(kindOf('Deployment'), { ...bare, spec: { replicas: 0 } });
    assert.equal(scaled.replicas, 0);
  });

  test('each kind has its own template and numbers', () => {
    const status = { numberReady: 2, desiredNumberScheduled: 3 };
    const daemons = readWorkload(kindOf('DaemonSet'), { metadata: { name: 'd' }, spec: { template }, status });
    assert.deepEqual([daemons.replicas, daemons.readyReplicas], [3, 2]);
    const cron = { metadata: { name: 'c' }, spec: { jobTemplate: { spec: { template } } } };
    assert.deepEqual(templateOf(kindOf('CronJob'), cron), template);
    assert.deepEqual([readWorkload(kindOf('CronJob'), cron).replicas, kindOf('Job').type], [0, types.job]);
  });
});
