import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { silentLog } from '../../../src/base/log.ts';
import { systemScheduler } from '../../../src/base/scheduler.ts';
import type { LiveState } from '../../../src/cluster/cluster.ts';
import { types } from '../../../src/cluster/core/objects.ts';
import { readKubeconfigs } from '../../../src/cluster/kubeconfigs.ts';
import { openKubeCluster } from '../../../src/cluster/kubeCluster.ts';
import { down, up } from '../../cluster/embeddedCluster.ts';
import { killComponent, withoutFaults } from '../../cluster/faults.ts';
import { clusterPlace } from '../../cluster/place.ts';
import { until } from '../../machine/until.ts';

// A cluster of its own: other tests would feel its API server go.
const state = mkdtempSync(path.join(tmpdir(), 'podloop-restart-'));
const place = clusterPlace(state);
const signal = AbortSignal.timeout(240_000);

after(async () => {
  await down(place);
  rmSync(state, { recursive: true, force: true });
});

test('a watch comes back by itself when the API server was killed', { skip: withoutFaults }, async (t) => {
  const { kubeconfig } = await up(() => undefined, { place, images: [] });
  const { contexts } = await readKubeconfigs({ standard: [kubeconfig], named: true, added: [] });
  const [context] = contexts;
  assert.ok(context !== undefined);
  const cluster = openKubeCluster({ context, scheduler: systemScheduler, log: silentLog });
  t.after(() => cluster.dispose());

  const states: LiveState[] = [];
  const watch = cluster.watch(types.configMap, { namespace: 'default', labelSelector: 'test' }, (next) => {
    states.push(next);
  });
  const create = (name: string): Promise<unknown> =>
    cluster.create(types.configMap, { metadata: { name, namespace: 'default', labels: { test: name } } }, signal);
  const names = (): string | undefined => {
    const last = states.at(-1);
    return last?.kind === 'live' ? last.items.map(({ metadata }) => metadata.name).join(' ') : undefined;
  };
  await create('before');
  await until('the first object is seen', () => names() === 'before');

  killComponent('kube-apiserver', place);
  await until('the watch says that the server is away', () => states.at(-1)?.kind === 'failed');
  const last = states.at(-1);
  assert.deepEqual(last?.kind === 'failed' ? last.items.map(({ metadata }) => metadata.name) : [], ['before']);
  const killed = performance.now();
  await until('the watch is live again', () => names() === 'before', 60_000);
  t.diagnostic(`live again ${(performance.now() - killed).toFixed(0)} ms after it was noticed`);
  await until('the server takes objects again', async () => (await create('after')) !== undefined);
  await until('the second object is seen', () => names() === 'before after');
  watch.dispose();
});
