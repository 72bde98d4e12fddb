import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '../../../src/base/errors.ts';
import type { Cluster, ExecStream, LiveState } from '../../../src/cluster/cluster.ts';
import { types } from '../../../src/cluster/core/objects.ts';
import { readPod } from '../../../src/cluster/core/pods.ts';
import { type FaultyProxy, startFaultyProxy } from '../../machine/faultyProxy.ts';
import { until } from '../../machine/until.ts';
import { openTestCluster, type OpenedTestCluster } from './openTestCluster.ts';

/** Answers every line with the line. */
const program = `require('node:net').createServer((c) => c.on('error', () => {}).pipe(c)).listen(7001, '127.0.0.1'); console.log('ready');`;

describe('a network that fails', () => {
  let opened: OpenedTestCluster;
  let cluster: Cluster;
  let namespace: string;
  let proxy: FaultyProxy;
  let folder: string;
  const signal = AbortSignal.timeout(600_000);
  const place = { pod: 'echo', container: 'main' };

  before(async () => {
    opened = await openTestCluster();
    ({ namespace } = opened);
    const { hostname, port } = new URL(opened.cluster.server);
    proxy = await startFaultyProxy(hostname, Number(port === '' ? 443 : port));
    folder = await mkdtemp(path.join(tmpdir(), 'podloop-loss-'));
    cluster = await opened.openAs(await throughProxy());
    const container = {
      name: place.container,
      image: 'docker.io/podloop/dev-node:24',
      imagePullPolicy: 'IfNotPresent',
      command: ['node', '-e', program],
    };
    const spec = { terminationGracePeriodSeconds: 0, containers: [container] };
    await cluster.create(types.pod, { metadata: { name: place.pod, namespace }, spec }, signal);
    await until(
      'the pod runs',
      async () => {
        const object = await cluster.get({ type: types.pod, namespace, name: place.pod }, signal);
        return object !== undefined && readPod(object).ready;
      },
      120_000,
    );
    await until('its program listens', async () => (await text(await logs(false))) === 'ready\n');
  });
  after(async () => {
    await opened.dispose();
    await proxy[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** A kubeconfig of the same user whose server is the proxy. */
  async function throughProxy(): Promise<string> {
    interface View {
      readonly clusters: readonly { readonly name: string; readonly cluster: object }[];
    }
    const view = JSON.parse(
      await opened.tests.kubectl(['config', 'view', '--raw', '--flatten', '--minify', '-o', 'json']),
    ) as View;
    // A name that every API server's certificate has.
    const changed = { server: `https://127.0.0.1:${proxy.port}`, 'tls-server-name': 'kubernetes' };
    const clusters = view.clusters.map(({ name, cluster: body }) => ({ name, cluster: { ...body, ...changed } }));
    const file = path.join(folder, 'config');
    await writeFile(file, JSON.stringify({ ...view, clusters }), { mode: 0o600 });
    return file;
  }

  const logs = (follow: boolean) => cluster.logs({ namespace, ...place, follow }, signal);
  const run = (command: readonly string[]): Promise<ExecStream> =>
    cluster.exec({ namespace, ...place, command, tty: false }, signal);
  const forward = () => cluster.portForward({ namespace, pod: place.pod, port: 7001 }, signal);

  async function brokenAfter(broken: Promise<unknown>): Promise<number> {
    const started = performance.now();
    const error = await broken.then(
      () => assert.fail('it should have broken'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, 'cluster.disconnected');
    return performance.now() - started;
  }

  test('a silent loss is noticed within 15 seconds, and all is well again after it', async (t) => {
    const [running, stream] = await Promise.all([run(['cat']), forward()]);
    stream.write('hello');
    await once(stream, 'data');
    const ends = [brokenAfter(running.exit), brokenAfter(text(stream))] as const;
    proxy.freeze();
    const opening = cluster
      .exec({ namespace, ...place, command: ['true'], tty: false }, signal)
      .catch((error: unknown) => error);
    const times = await Promise.all(ends);
    t.diagnostic(`noticed after ${times.map((time) => (time / 1000).toFixed(1)).join(' s and ')} s`);
    assert.ok(Math.max(...times) < 15_000, String(times));
    const failure = await opening;
    assert.ok(failure instanceof UserError, String(failure));
    assert.equal(failure.code, 'cluster.timeout');
    proxy.thaw();
    assert.equal(await (await run(['true'])).exit, 0);
  });

  test('a short silence breaks nothing and loses nothing', async () => {
    const [running, stream] = await Promise.all([run(['cat']), forward()]);
    proxy.freeze();
    running.stdin.end('over the gap');
    stream.write('over the gap');
    await wait(8_000);
    proxy.thaw();
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    assert.equal(chunk.toString(), 'over the gap');
    stream.destroy();
    assert.deepEqual([await text(running.stdout), await running.exit], ['over the gap', 0]);
  });

  test('cut connections are told at once; a watch comes back by itself', async () => {
    const states: LiveState[] = [];
    const watch = cluster.watch(types.pod, { namespace }, (state) => states.push(state));
    const shows = () => {
      const last = states.at(-1);
      return last?.kind === 'live' && last.items.length === 1;
    };
    await until('the watch is live', shows);
    const [running, stream, log] = await Promise.all([run(['cat']), forward(), logs(true)]);
    const ends = Promise.all([brokenAfter(running.exit), brokenAfter(text(stream)), brokenAfter(text(log))]);
    proxy.cut();
    assert.ok(Math.max(...(await ends)) < 2_000);
    const told = states.length;
    await opened.cluster.patch(
      { type: types.pod, namespace, name: place.pod },
      { kind: 'merge', body: { metadata: { labels: { seen: 'yes' } } } },
      signal,
    );
    await until('the watch has seen a change since', () => {
      const last = states.at(-1);
      return states.length > told && last?.kind === 'live' && last.items[0]?.metadata.labels?.seen === 'yes';
    });
    watch.dispose();
  });
});
