import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../../src/base/json.ts';
import { until } from '../../machine/until.ts';
import { type KindBench, kindBench, podTemplate, wholeLoop } from './kindBench.ts';

describe('dev mode on what keeps pods running', { timeout: 240_000, concurrency: 2 }, () => {
  let bench: KindBench;
  before(async () => {
    bench = await kindBench();
  });
  after(() => bench.dispose());

  const cells: readonly { name: string; kind: string; spec: JsonObject; pods: number }[] = [
    { name: 'a StatefulSet of two', kind: 'StatefulSet', spec: { replicas: 2, serviceName: 'web' }, pods: 2 },
    {
      name: 'a StatefulSet that replaces pods on deletion only, numbered from 3',
      kind: 'StatefulSet',
      spec: { replicas: 1, serviceName: 'web', ordinals: { start: 3 }, updateStrategy: { type: 'OnDelete' } },
      pods: 1,
    },
    { name: 'a DaemonSet', kind: 'DaemonSet', spec: {}, pods: 1 },
    {
      name: 'a DaemonSet that replaces pods on deletion only',
      kind: 'DaemonSet',
      spec: { updateStrategy: { type: 'OnDelete' } },
      pods: 1,
    },
    { name: 'a ReplicaSet of two', kind: 'ReplicaSet', spec: { replicas: 2 }, pods: 2 },
  ];
  for (const [index, { name, kind, spec, pods }] of cells.entries()) {
    it(`starts, serves an edit, and puts back exactly: ${name}`, async () => {
      const app = `web-${index}`;
      await apply(bench, kind, app, spec);
      await untilReady(bench, app, pods);
      await wholeLoop(bench, kind, app);
      await untilReady(bench, app, pods);
      await bench.kubectl('delete', kind, app, '--wait=false');
    });
  }

  it('brings a StatefulSet in the middle of a staged rollout back into the middle', async () => {
    const spec = {
      replicas: 2,
      serviceName: 'web',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
    };
    await apply(bench, 'StatefulSet', 'staged', spec);
    await untilReady(bench, 'staged', 2);
    const old = await revisions(bench);
    const change = { spec: { template: { metadata: { annotations: { version: '2' } } } } };
    await bench.kubectl('patch', 'statefulset', 'staged', '--type=merge', '-p', JSON.stringify(change));
    await until(
      'the second pod has the new template',
      async () => {
        const now = await revisions(bench);
        return now[0] === old[0] && now[1] !== old[1];
      },
      60_000,
    );
    await untilReady(bench, 'staged', 2);
    const staged = await revisions(bench);
    await wholeLoop(bench, 'StatefulSet', 'staged');
    await untilReady(bench, 'staged', 2);
    assert.deepEqual(await revisions(bench), staged);
  });
});

async function apply(bench: KindBench, kind: string, app: string, spec: JsonObject): Promise<void> {
  await bench.test.apply(bench.namespace.name, {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: app, annotations: { note: 'of its owner' } },
    spec: { selector: { matchLabels: { app } }, template: podTemplate(app), ...spec },
  });
}

async function untilReady(bench: KindBench, app: string, count: number): Promise<void> {
  const ready = 'jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{" "}{end}';
  const wanted = Array.from({ length: count }, () => 'True').join(' ');
  await until(
    `${count} pods of ${app} are ready`,
    async () => (await bench.kubectl('get', 'pods', '-l', `app=${app}`, '-o', ready)).trim() === wanted,
    60_000,
  );
}

/** The revisions of the pods of `staged`, in order of their number. */
async function revisions(bench: KindBench): Promise<readonly string[]> {
  const path = "jsonpath={.items[*].metadata.labels['controller-revision-hash']}";
  return (await bench.kubectl('get', 'pods', '-l', 'app=staged', '--sort-by=.metadata.name', '-o', path)).split(' ');
}
