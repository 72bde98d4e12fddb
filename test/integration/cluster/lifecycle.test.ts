import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { down, status, up } from '../../cluster/embeddedCluster.ts';
import { killComponent, withoutFaults } from '../../cluster/faults.ts';
import { clusterPlace } from '../../cluster/place.ts';
import { until } from '../../machine/until.ts';

// A cluster of its own, beside the one that the other tests use.
const state = mkdtempSync(path.join(tmpdir(), 'podloop-lifecycle-'));
const place = clusterPlace(state);
const silent = (): void => {};

/** What a cluster could leave behind on the machine. */
function traces(): Record<string, string> {
  const output = (program: string, ...args: readonly string[]): string =>
    execFileSync(program, args, { encoding: 'utf8' });
  return {
    mounts: readFileSync('/proc/self/mounts', 'utf8'),
    interfaces: output('ip', '-o', 'link').replaceAll(/qlen.*|state \S+/g, ''),
    // Counters in them change by themselves.
    rules: output('iptables-save').replaceAll(/^#.*$|\[\d+:\d+\]/gm, ''),
    cgroups: output('find', '/sys/fs/cgroup', '-maxdepth', '2', '-type', 'd'),
  };
}

function processesOf(folder: string): string {
  return spawnSync('pgrep', ['-af', folder], { encoding: 'utf8' }).stdout.replaceAll(/^\d+ pgrep .*\n?/gm, '');
}

after(async () => {
  await down(place);
  rmSync(state, { recursive: true, force: true });
});

test('up, killed components, up again, down: nothing of it stays', { skip: withoutFaults }, async (t) => {
  const before = traces();
  await up(silent, { place, images: false });
  assert.deepEqual(await status(place), { kind: 'up' });
  assert.notDeepEqual(traces().interfaces, before.interfaces);

  const started = performance.now();
  await up(silent, { place, images: false });
  t.diagnostic(`a second up took ${(performance.now() - started).toFixed(0)} ms`);

  for (const component of ['kubelet', 'containerd', 'etcd', 'apiserver'] as const) killComponent(component, place);
  await until('the killed components are back', async () => (await status(place)).kind === 'up', 60_000);

  const leader = JSON.parse(readFileSync(path.join(state, 'leader.json'), 'utf8')) as { pid: number };
  process.kill(leader.pid, 'SIGKILL');
  await until('the cluster is down', async () => (await status(place)).kind === 'down');
  await up(silent, { place, images: false });
  assert.deepEqual(await status(place), { kind: 'up' });

  await down(place);
  await down(place);
  assert.deepEqual(await status(place), { kind: 'down' });
  assert.deepEqual(traces(), before);
  assert.equal(processesOf(state), '');
});
