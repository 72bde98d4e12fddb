import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { ComponentName } from '../../cluster/components.ts';
import { down, kubectlTo, status, up } from '../../cluster/embeddedCluster.ts';
import { cutNetwork, dropPackets, killComponent, pauseComponent, withoutFaults } from '../../cluster/faults.ts';
import { runningProcesses } from '../../cluster/leader.ts';
import { clusterPlace } from '../../cluster/place.ts';
import { programFolders } from '../../cluster/programs.ts';
import { until } from '../../machine/until.ts';

// A cluster of its own, beside the one that the other tests use.
const state = mkdtempSync(path.join(tmpdir(), 'podloop-lifecycle-'));
const place = clusterPlace(state);
const reports: string[] = [];
const bringUp = async (): Promise<void> => {
  await up((line) => reports.push(line), { place, images: false });
};
const { kubernetes = '' } = await programFolders();

function kubectl(...args: readonly string[]): string {
  return execFileSync(path.join(kubernetes, 'kubectl'), [...kubectlTo(place), ...args], { encoding: 'utf8' });
}

/** What a cluster could leave behind on the machine; those of other clusters may come and go meanwhile. */
function traces(): Record<string, readonly string[]> {
  const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');
  const output = (program: string, ...args: readonly string[]): readonly string[] =>
    lines(execFileSync(program, args, { encoding: 'utf8' }));
  return {
    mounts: lines(readFileSync('/proc/self/mounts', 'utf8')).filter((line) => line.includes(state)),
    interfaces: output('ip', '-o', 'link').filter((line) => line.includes(place.link)),
    addresses: output('ip', '-o', 'addr').filter((line) => line.includes(place.hostAddress)),
    // Counters and dates in them change by themselves.
    rules: output('iptables-save').map((line) => line.replaceAll(/^#.*$|\[\d+:\d+\]/g, '')),
    cgroups: output('find', '/sys/fs/cgroup', '-maxdepth', '2', '-name', place.cgroup),
    processes: lines(spawnSync('pgrep', ['-af', state], { encoding: 'utf8' }).stdout),
  };
}

const podRuns = (): boolean => kubectl('get', 'pod', 'idle', '-o', 'jsonpath={.status.phase}') === 'Running';
const isUp = async (): Promise<boolean> => (await status(place)).kind === 'up';

after(async () => {
  await down(place);
  rmSync(state, { recursive: true, force: true });
});

test('a cluster comes up, heals, and leaves nothing behind', { skip: withoutFaults }, async (t) => {
  const before = traces();

  await t.test('up, with a pod that runs', async () => {
    await bringUp();
    assert.deepEqual(await status(place), { kind: 'up' });
    kubectl('run', 'idle', '--image=localhost/podloop/pause:1', '--restart=Always');
    await until('the pod runs', podRuns);
    const during = traces();
    for (const kind of ['interfaces', 'addresses', 'cgroups', 'processes']) {
      assert.notDeepEqual(during[kind], before[kind], `${kind} of a running cluster can be seen`);
    }
    for (const kind of ['mounts', 'rules']) assert.deepEqual(during[kind], before[kind], `${kind} stay its own`);
  });

  await t.test('a second up does nothing, in under a second', async () => {
    reports.length = 0;
    const started = performance.now();
    await bringUp();
    const took = performance.now() - started;
    t.diagnostic(`a second up took ${took.toFixed(0)} ms`);
    assert.ok(took < 1_000);
    assert.deepEqual(reports, []);
  });

  const components: readonly ComponentName[] = [
    'etcd',
    'kube-apiserver',
    'containerd',
    'kube-controller-manager',
    'kube-scheduler',
    'kubelet',
    'kube-proxy',
    'coredns',
  ];
  await t.test('components that were killed come back', async () => {
    for (const component of components) killComponent(component, place);
    await until('the killed components are back', isUp, 60_000);
    assert.ok(podRuns());
  });

  for (const which of ['leader', 'node'] as const) {
    await t.test(`up repairs a cluster whose ${which} process was killed, with its objects`, async () => {
      const victim = runningProcesses(place)[which];
      assert.ok(victim !== undefined);
      process.kill(victim.pid, 'SIGKILL');
      await until('the cluster is down', async () => (await status(place)).kind === 'down');
      await bringUp();
      assert.deepEqual(await status(place), { kind: 'up' });
      await until('the pod runs again', () => kubectl('get', 'pod', 'idle', '-o', 'jsonpath={..ready}') === 'true');
    });
  }

  await t.test('up undoes the faults of a test that was killed', async () => {
    cutNetwork(place);
    dropPackets(place);
    pauseComponent('kubelet', place);
    await bringUp();
    assert.ok(podRuns());
    await until('the kubelet answers', () => kubectl('logs', 'idle', '--request-timeout=2s') === '');
  });

  await t.test('up starts an empty cluster where the database is spoiled, and says why', async () => {
    process.kill(runningProcesses(place).node?.pid ?? NaN, 'SIGKILL');
    await until('the cluster is down', async () => (await status(place)).kind === 'down');
    const database = path.join(state, 'etcd/member/snap/db');
    writeFileSync(database, randomBytes(statSync(database).size));
    reports.length = 0;
    await bringUp();
    assert.deepEqual(await status(place), { kind: 'up' });
    assert.match(reports.join('\n'), /starting an empty one.*etcd does not run; the end of \S+etcd\.log/s);
  });

  await t.test('two at once make one cluster', async () => {
    await down(place);
    await Promise.all([bringUp(), bringUp()]);
    assert.deepEqual(await status(place), { kind: 'up' });
    assert.equal(kubectl('get', 'pods', '--ignore-not-found'), '', 'a new cluster is empty');
  });

  await t.test('down takes everything away; a second down does nothing', async () => {
    kubectl('run', 'idle', '--image=localhost/podloop/pause:1');
    await until('the pod runs', podRuns);
    await down(place);
    await down(place);
    assert.deepEqual(await status(place), { kind: 'down' });
    assert.deepEqual(traces(), before);
  });
});
