import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Disposable } from '../../../src/base/disposable.ts';
import type { ResourceType } from '../../../src/cluster/core/objects.ts';
import { until } from '../../machine/until.ts';
import { appDefinition, runAppController } from './appController.ts';
import { type KindBench, kindBench, podTemplate, wholeLoop } from './kindBench.ts';

describe('dev mode on a custom resource whose pod template is found by its path', { timeout: 120_000 }, () => {
  const group = `t${randomBytes(4).toString('hex')}.podloop.test`;
  const type: ResourceType = { group, version: 'v1', plural: 'shopapps', kind: 'ShopApp', namespaced: true };
  const id = `ShopApp.${group}`;
  let bench: KindBench;
  let controller: Disposable | undefined;
  before(async () => {
    const templatePath = ['spec', 'workload', 'podTemplate'];
    bench = await kindBench({ custom: { [id]: { group, version: 'v1', plural: 'shopapps', templatePath } } });
    await bench.test.apply('default', appDefinition(type));
    await bench.test.kubectl(['wait', '--for=condition=established', `crd/shopapps.${group}`, '--timeout=30s']);
    const cluster = await bench.machine('controller').openCluster('');
    const running = runAppController(cluster, type, bench.namespace.name);
    controller = {
      dispose() {
        running.dispose();
        cluster.dispose();
      },
    };
  });
  after(async () => {
    controller?.dispose();
    await bench.test.kubectl(['delete', 'crd', `shopapps.${group}`, '--wait=false']);
    await bench.dispose();
  });

  it('starts, serves an edit, and puts back exactly', async () => {
    await bench.test.apply(bench.namespace.name, {
      apiVersion: `${group}/v1`,
      kind: 'ShopApp',
      metadata: { name: 'web', annotations: { note: 'of its owner' } },
      spec: { replicas: 1, workload: { podTemplate: podTemplate('web') } },
    });
    const ready = 'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}';
    const pods = (): Promise<string> => bench.kubectl('get', 'pods', '-l', 'app=web', '-o', ready);
    await until('its pod is ready', async () => (await pods()) === 'True', 30_000);
    await wholeLoop(bench, id, 'web', `shopapps.${group}`);
    await until('its own pod is back', async () => (await pods()) === 'True', 30_000);
  });
});
