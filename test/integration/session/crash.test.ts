import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { KubeObject } from '../../../src/cluster/core/objects.ts';
import { readRecord } from '../../../src/devmode/core/recordAnnotation.ts';
import { endDevModeAnywhere, resumeSession } from '../../../src/session/openSession.ts';
import { listSavedSessions } from '../../../src/session/savedSession.ts';
import { until } from '../../machine/until.ts';
import { objectsIn, type SessionBench, sessionBench, untilInPod, untilInSync } from './sessionBench.ts';

let bench: SessionBench;
let original: unknown;
let objectsBefore: string[];
let child: ChildProcess | undefined;

before(async () => {
  bench = await sessionBench();
  await mkdir(path.join(bench.folder, 'sub'), { recursive: true });
  await writeFile(path.join(bench.folder, 'sub/a.txt'), 'a');
  await writeFile(path.join(bench.folder, 'old.txt'), 'old');
  await writeFile(path.join(bench.folder, 'gone.txt'), 'gone');
  original = await bench.workload();
  objectsBefore = await objectsIn(bench);
});

after(async () => {
  child?.kill('SIGKILL');
  await bench.dispose();
});

test('a crash in the middle of Start: any machine can put the workload back exactly', async () => {
  const started = startChild();
  await until('the workload is patched', async () => (await record()) !== undefined, 60_000);
  await crash(started);
  assert.doesNotMatch(started.output(), /started/);
  const report = await endDevModeAnywhere(bench.machine('desktop'), bench.request().workload, limit());
  assert.deepEqual(report.keptChanges, []);
  assert.equal(report.unfinished, undefined);
  assert.deepEqual(await bench.workload(), original);
  assert.deepEqual(await objectsIn(bench), objectsBefore);

  const { machine, saved } = await onlySaved();
  const session = await resumeSession(machine, saved);
  await until('the crashed machine learns of the end', () => session.state.phase.kind === 'ended');
  await until('it forgets', async () => (await listSavedSessions(machine.stateDir, machine.log)).length === 0);
});

test('a crash in a session: it is found again and brings what was changed meanwhile', async () => {
  const started = startChild();
  await until('the session is started', () => started.output().includes('started\n'), 90_000);
  await crash(started);
  await writeFile(path.join(bench.folder, 'sub/a.txt'), 'saved without a window');
  await rm(path.join(bench.folder, 'gone.txt'));
  await rename(path.join(bench.folder, 'old.txt'), path.join(bench.folder, 'new.txt'));

  const { machine, saved } = await onlySaved();
  const session = await resumeSession(machine, saved);
  assert.equal(session.state.phase.kind, 'recovering');
  await untilInSync(session);
  await untilInPod(bench, ['sh', '-c', 'cd /app && echo * sub/*'], 'new.txt sub sub/a.txt\n');
  await untilInPod(bench, ['cat', '/app/sub/a.txt', '/app/new.txt'], 'saved without a windowold');

  await session.end(limit());
  assert.deepEqual(await bench.workload(), original);
  assert.deepEqual(await objectsIn(bench), objectsBefore);
  assert.deepEqual(await listSavedSessions(machine.stateDir, machine.log), []);
});

function startChild(): { readonly process: ChildProcess; readonly output: () => string } {
  const program = path.join(import.meta.dirname, 'startInChild.ts');
  const started = spawn(process.execPath, [program, JSON.stringify(bench.place)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  let output = '';
  started.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { process: started, output: () => output };
}

async function crash({ process: running }: { readonly process: ChildProcess }): Promise<void> {
  assert.equal(running.exitCode, null, 'the program still runs');
  running.kill('SIGKILL');
  if (running.signalCode === null) await once(running, 'exit');
}

async function record() {
  const args = ['get', 'deployment', 'web', '-n', bench.namespace.name, '-o', 'json'];
  return readRecord(JSON.parse(await bench.cluster.kubectl(args)) as KubeObject);
}

async function onlySaved() {
  const machine = bench.machine('laptop');
  const [saved, ...others] = await listSavedSessions(machine.stateDir, machine.log);
  assert.ok(saved !== undefined && others.length === 0, `${others.length} other sessions are saved`);
  return { machine, saved };
}

function limit(): AbortSignal {
  return AbortSignal.timeout(60_000);
}
