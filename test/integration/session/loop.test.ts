import assert from 'node:assert/strict';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { DevSession } from '../../../src/session/devSession.ts';
import { startSession } from '../../../src/session/openSession.ts';
import type { SessionState } from '../../../src/session/core/state.ts';
import { until } from '../../machine/until.ts';
import { objectsIn, type SessionBench, sessionBench, untilInPod } from './sessionBench.ts';

let bench: SessionBench;
let session: DevSession;
let original: unknown;
let objectsBefore: string[];
const states: SessionState[] = [];

const server = (text: string): string =>
  `import http from 'node:http';\nhttp.createServer((q, s) => s.end('${text} ' + process.env.GREETING)).listen(8080);\n`;

before(async () => {
  bench = await sessionBench();
  await mkdir(path.join(bench.folder, 'sub'), { recursive: true });
  await writeFile(path.join(bench.folder, 'server.mjs'), server('mine'));
  await writeFile(path.join(bench.folder, 'sub', 'a.txt'), 'a');
  original = await bench.workload();
  objectsBefore = await objectsIn(bench);
});

after(async () => {
  await session.detach();
  await bench.dispose();
});

test('Start Develop brings the folder into the pod, step by step', async (t) => {
  session = await startSession(bench.machine('laptop'), bench.request(), AbortSignal.timeout(120_000), (state) =>
    states.push(state),
  );
  assert.equal(session.state.phase.kind, 'active');
  const starting = states.map(({ phase }) => phase).filter((phase) => phase.kind === 'starting');
  const steps = starting.at(-1)?.steps ?? [];
  t.diagnostic(steps.map(({ step, took }) => `${step} ${took ?? '-'} ms`).join(', '));
  assert.deepEqual([steps[0]?.step, steps.at(-1)?.step], ['check', 'firstSync']);
  await untilInPod(bench, ['cat', '/app/sub/a.txt'], 'a');
});

test('saves, renames and deletes arrive by themselves', async () => {
  await writeFile(path.join(bench.folder, 'sub', 'a.txt'), 'b');
  await untilInPod(bench, ['cat', '/app/sub/a.txt'], 'b');
  await rename(path.join(bench.folder, 'sub'), path.join(bench.folder, 'renamed'));
  await untilInPod(bench, ['sh', '-c', 'cd /app && echo *'], 'renamed server.mjs\n');
  await rm(path.join(bench.folder, 'renamed'), { recursive: true });
  await untilInPod(bench, ['sh', '-c', 'cd /app && echo *'], 'server.mjs\n');
});

test('Run serves the synced code with the pod’s environment, and restarts after a change', async () => {
  const { local } = await session.forward(8080, 0);
  const answer = async (): Promise<string> => (await fetch(`http://127.0.0.1:${local}/`)).text();
  const command = await session.run('run', { columns: 80, rows: 24 }, AbortSignal.timeout(30_000));
  await until('the command answers', async () => (await answer().catch(() => '')) === 'mine hello');
  await writeFile(path.join(bench.folder, 'server.mjs'), server('changed'));
  await until('the change answers', async () => (await answer().catch(() => '')) === 'changed hello');
  await command.stop();
});

test('a terminal runs in the synced folder, has colours and a size, and gives an exit code', async () => {
  const terminal = await session.openTerminal(AbortSignal.timeout(30_000));
  let output = '';
  terminal.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  terminal.resize(123, 45);
  await until('the shell prompts', () => output !== '');
  terminal.stdin.write('pwd; echo $TERM; stty size; exit 7\n');
  assert.equal(await terminal.exit, 7);
  assert.match(output, /\/app\r\n/);
  assert.match(output, /xterm-256color/);
  assert.match(output, /45 123/);
  terminal.dispose();
});

test('End Develop leaves the workload, the namespace and the folder as they were', async (t) => {
  const report = await session.end(AbortSignal.timeout(60_000));
  t.diagnostic(`ended in ${report.milliseconds} ms`);
  assert.deepEqual(report.keptChanges, []);
  assert.equal(report.unfinished, undefined);
  assert.deepEqual(await bench.workload(), original);
  assert.deepEqual(await objectsIn(bench), objectsBefore);
  const pods = await bench.cluster.kubectl([
    'get',
    'pods',
    '-n',
    bench.namespace.name,
    '-o',
    'jsonpath={.items[*].metadata.labels}',
  ]);
  assert.doesNotMatch(pods, /podloop/);
});
