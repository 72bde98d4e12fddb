import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { DevSession } from '../../../src/session/devSession.ts';
import type { SessionState } from '../../../src/session/core/state.ts';
import { resumeSession, startSession } from '../../../src/session/openSession.ts';
import { listSavedSessions } from '../../../src/session/savedSession.ts';
import { dropPackets, killComponent, killContainer, withoutFaults } from '../../cluster/faults.ts';
import { until } from '../../machine/until.ts';
import { type SessionBench, sessionBench, untilInPod, untilInSync, whenState } from './sessionBench.ts';

let bench: SessionBench;
let session: DevSession;

/** So that nothing but the replaced pod itself can start the command again. */
const config = { restartOnSync: false };

const server = (text: string): string => `import http from 'node:http';
http.createServer((q, s) => s.end('${text} of ' + process.env.HOSTNAME)).listen(8080);
`;

before(async () => {
  bench = await sessionBench();
  await mkdir(path.join(bench.folder, 'sub'), { recursive: true });
  await save('server.mjs', server('first'));
  await save('sub/a.txt', 'a');
  await save('old.txt', 'old');
  session = await startSession(bench.machine('laptop'), bench.request(config), AbortSignal.timeout(120_000), () => {});
});

after(async () => {
  await session.detach();
  await bench.dispose();
});

test('a killed sidecar: the sync comes back and brings what was saved meanwhile', { skip: withoutFaults }, async () => {
  const sidecar = await bench.cluster.containerId(bench.namespace.name, activePod(), 'podloop-sidecar');
  const told = whenState(session, 'the status tells', (state) => !isInSync(state));
  killContainer(sidecar);
  await told;
  await save('sub/a.txt', 'saved after the kill');
  await untilInPod(bench, ['cat', '/app/sub/a.txt'], 'saved after the kill');
  await untilInSync(session);
});

test('packets vanish: it shows within 20 seconds, and passes by itself', { skip: withoutFaults }, async () => {
  {
    using fault = dropPackets();
    await save('sub/a.txt', 'saved into the silence');
    await until('the status tells', () => isDisconnected(session.state), 20_000);
    fault.undo();
  }
  await untilInPod(bench, ['cat', '/app/sub/a.txt'], 'saved into the silence');
  await untilInSync(session);
});

test('a restarted API server: the session and its command go on', { skip: withoutFaults }, async () => {
  const pod = activePod();
  const { local } = await session.forward(8080, 0);
  const command = await session.run('run', { columns: 80, rows: 24 }, AbortSignal.timeout(30_000));
  await until('the command answers', async () => (await ask(local)) === `first of ${pod}`);
  const told = whenState(session, 'the status tells', (state) => !isInSync(state));
  killComponent('kube-apiserver');
  await told;
  await save('sub/a.txt', 'saved without an API server');
  await untilInPod(bench, ['cat', '/app/sub/a.txt'], 'saved without an API server');
  await untilInSync(session);
  await until('the command answers again', async () => (await ask(local)) === `first of ${pod}`);
  assert.equal(activePod(), pod, 'nothing was replaced');
  await command.stop();
});

test('a deleted pod: its replacement gets the whole folder, the ports and the running command', async () => {
  const first = activePod();
  const { local } = await session.forward(8080, 0);
  const command = await session.run('run', { columns: 80, rows: 24 }, AbortSignal.timeout(30_000));
  let starts = 0;
  command.onOutput((text) => (starts += text.split('$ node server.mjs').length - 1));
  await until('the command answers', async () => (await ask(local)) === `first of ${first}`);

  await bench.cluster.kubectl(['delete', 'pod', first, '-n', bench.namespace.name, '--wait=false']);
  await save('sub/b.txt', 'saved without a pod');
  const folder = await digest(bench.folder);
  await until('another pod is active', () => session.state.phase.kind === 'active' && activePod() !== first, 60_000);
  await untilInPod(bench, ['cat', '/app/sub/b.txt'], 'saved without a pod');
  await untilInPod(bench, ['sh', '-c', 'cd /app && find . -type f | sort | tr "\\n" " "'], allFiles);
  await until('the command answers again', async () => (await ask(local)) === `first of ${activePod()}`);
  await untilInSync(session);

  assert.deepEqual(session.state.forwards, [{ remote: 8080, local }]);
  assert.ok(starts >= 2, `started ${starts} times`);
  assert.equal(await digest(bench.folder), folder, 'the local folder was left alone');
  await command.stop();
});

test('a window reload: the session is found again and brings what was changed meanwhile', async () => {
  await untilInSync(session);
  await session.detach();
  await save('sub/a.txt', 'saved without a window');
  await rm(path.join(bench.folder, 'sub/b.txt'));
  await rename(path.join(bench.folder, 'old.txt'), path.join(bench.folder, 'new.txt'));

  const machine = bench.machine('laptop');
  const [saved, ...others] = await listSavedSessions(machine.stateDir, machine.log);
  assert.ok(saved !== undefined && others.length === 0);
  session = await resumeSession(machine, saved);
  assert.equal(session.state.phase.kind, 'recovering');
  await untilInSync(session);
  await untilInPod(bench, ['sh', '-c', 'cd /app && echo * sub/*'], 'new.txt server.mjs sub sub/a.txt\n');
  await untilInPod(bench, ['cat', '/app/sub/a.txt', '/app/new.txt'], 'saved without a windowold');
});

const allFiles = './old.txt ./server.mjs ./sub/a.txt ./sub/b.txt ';

async function save(file: string, text: string): Promise<void> {
  await writeFile(path.join(bench.folder, file), text);
}

function activePod(): string {
  const { phase } = session.state;
  assert.ok(phase.kind === 'active', phase.kind);
  return phase.pod;
}

function isInSync({ phase }: SessionState): boolean {
  return phase.kind === 'active' && phase.sync.kind === 'inSync';
}

function isDisconnected({ phase }: SessionState): boolean {
  return phase.kind === 'recovering' || (phase.kind === 'active' && phase.sync.kind === 'disconnected');
}

async function ask(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(5_000) });
  return response.text();
}

/** Digest of all names and contents below a folder. */
async function digest(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const file of entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))) {
    hash.update(`${file}\0`).update(await readFile(file));
  }
  return hash.digest('hex');
}
