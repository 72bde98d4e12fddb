import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { UserError } from '../../../src/base/errors.ts';
import { listDevMode } from '../../../src/devmode/listDevMode.ts';
import type { DevSession } from '../../../src/session/devSession.ts';
import { endDevModeAnywhere, startSession } from '../../../src/session/openSession.ts';
import { listSavedSessions } from '../../../src/session/savedSession.ts';
import type { SessionDeps } from '../../../src/session/sessionDeps.ts';
import type { RbacRule } from '../../cluster/fixture.ts';
import { until } from '../../machine/until.ts';
import { objectsIn, type SessionBench, sessionBench } from './sessionBench.ts';

/** What a developer needs in a namespace. */
const developerRules: readonly RbacRule[] = [
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch', 'patch'] },
  { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['get', 'list', 'watch', 'delete'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods/exec', 'pods/portforward'], verbs: ['get', 'create'] },
];

let bench: SessionBench;
let session: DevSession | undefined;
/** Another person's machine: other state folder, other user of the cluster, few rights. */
let desktop: SessionDeps;

before(async () => {
  bench = await sessionBench();
  await mkdir(bench.folder, { recursive: true });
  await writeFile(path.join(bench.folder, 'a.txt'), 'a');
  const kubeconfig = await bench.cluster.restrictedKubeconfig(bench.namespace.name, developerRules);
  desktop = { ...bench.machine('desktop'), openCluster: () => bench.openCluster(kubeconfig) };
});

after(async () => {
  await session?.detach();
  await bench.dispose();
});

test('a second machine sees who develops since when, is refused, and can end it', async () => {
  const original = await bench.workload();
  const objects = await objectsIn(bench);
  const before = Date.now();
  const first = await start();
  const after = Date.now();

  const cluster = await desktop.openCluster(bench.cluster.context);
  const [entry, ...others] = await listDevMode(cluster, bench.namespace.name, limit());
  cluster.dispose();
  assert.ok(entry !== undefined && others.length === 0);
  assert.ok(!(entry.record instanceof Error));
  const { developer, since } = entry.record;
  assert.deepEqual(developer, { user: 'alice', host: 'laptop', installation: 'installation-of-laptop' });
  const at = Date.parse(since);
  assert.ok(before <= at && at <= after, since);

  const taken = await startSession(desktop, bench.request(), limit(), () => {}).catch((error: unknown) => error);
  assert.ok(taken instanceof UserError, String(taken));
  assert.equal(taken.code, 'devmode.taken');
  assert.match(`${taken.message} ${taken.next}`, /alice.*laptop/);
  assert.deepEqual(await listSavedSessions(desktop.stateDir, desktop.log), []);
  assert.equal(first.state.phase.kind, 'active', 'the refused start disturbed nobody');

  const report = await endDevModeAnywhere(desktop, bench.request().workload, limit());
  assert.deepEqual([report.keptChanges, report.unfinished], [[], undefined]);
  assert.deepEqual(await bench.workload(), original);
  assert.deepEqual(await objectsIn(bench), objects);
  await untilEnded(first, 'session.ended-elsewhere');
});

test('a workload deleted meanwhile ends the session and nothing else', async () => {
  const second = await start();
  const { local } = await second.forward(8080, 0);
  await bench.cluster.kubectl(['delete', 'deployment', 'web', '-n', bench.namespace.name, '--wait=false']);
  await untilEnded(second, 'session.workload-deleted');
  assert.deepEqual(await readdir(bench.folder), ['a.txt']);
  assert.equal(await readFile(path.join(bench.folder, 'a.txt'), 'utf8'), 'a');
  await assert.rejects(fetch(`http://127.0.0.1:${local}/`), 'the port is closed');
  assert.deepEqual((await second.end(limit())).keptChanges, [], 'who presses End just then sees no failure');
});

async function start(): Promise<DevSession> {
  session = await startSession(bench.machine('laptop'), bench.request(), AbortSignal.timeout(90_000), () => {});
  return session;
}

async function untilEnded(ended: DevSession, code: string): Promise<void> {
  await until('the session ends', () => ended.state.phase.kind === 'ended');
  const { phase } = ended.state;
  const error = phase.kind === 'ended' ? phase.error : undefined;
  assert.ok(error instanceof UserError, String(error));
  assert.equal(error.code, code);
  const machine = bench.machine('laptop');
  await until('it is forgotten', async () => (await listSavedSessions(machine.stateDir, machine.log)).length === 0);
}

function limit(): AbortSignal {
  return AbortSignal.timeout(60_000);
}
