import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  cutNetwork,
  dropPackets,
  killComponent,
  killContainer,
  pauseComponent,
  withoutFaults,
} from '../../cluster/faults.ts';
import { connectTestCluster, type TestCluster, type TestNamespace } from '../../cluster/fixture.ts';
import { until } from '../../machine/until.ts';

describe('faults of the embedded cluster', { skip: withoutFaults }, () => {
  let cluster: TestCluster;
  let namespace: TestNamespace;
  before(async () => {
    cluster = await connectTestCluster();
    namespace = await cluster.createNamespace();
  });
  after(async () => {
    await namespace.dispose();
    cluster.dispose();
  });

  const answers = async (): Promise<boolean> => {
    const text = await cluster.kubectl(['get', '--raw', '/readyz', '--request-timeout=1s']).catch(() => 'no answer');
    return text === 'ok';
  };

  for (const [what, make] of [
    ['a link that is cut', () => cutNetwork()],
    ['packets that are dropped', () => dropPackets()],
    ['an API server that hangs', () => pauseComponent('kube-apiserver')],
  ] as const) {
    test(`${what} keeps the API server from answering until it is undone`, async () => {
      assert.ok(await answers());
      {
        using fault = make();
        assert.equal(await answers(), false);
        fault.undo();
      }
      await until('the API server answers again', answers);
    });
  }

  test('an API server that was killed comes back', async () => {
    killComponent('kube-apiserver');
    assert.equal(await answers(), false);
    await until('the API server answers again', answers);
  });

  test('a container that was killed is started again by the kubelet', async () => {
    await cluster.kubectl(['run', 'idle', '--image=localhost/podloop/pause:1', '-n', namespace.name]);
    const container = async (path: string): Promise<string> =>
      cluster.kubectl([
        'get',
        'pod',
        'idle',
        '-n',
        namespace.name,
        '-o',
        `jsonpath={.status.containerStatuses[0].${path}}`,
      ]);
    await until('the container runs', async () => (await container('ready')) === 'true');
    const id = await cluster.containerId(namespace.name, 'idle', 'idle');
    killContainer(id);
    await until('the container was started again', async () => (await container('restartCount')) === '1');
    assert.equal(await container('lastState.terminated.exitCode'), '137');
    assert.equal(await container('lastState.terminated.containerID'), id);
  });
});
