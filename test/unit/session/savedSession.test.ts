import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { silentLog } from '../../../src/base/log.ts';
import { localPath, remotePath } from '../../../src/base/paths.ts';
import { forgetSession, listSavedSessions, type SavedSession, saveSession } from '../../../src/session/savedSession.ts';

const session: SavedSession = {
  version: 1,
  id: 'one',
  workload: { context: 'kind', namespace: 'shop', kind: 'Deployment', name: 'web' },
  container: 'web',
  folder: localPath('/shop/web'),
  token: 'secret',
  sidecarPort: 41_000,
  config: {
    image: 'dev',
    language: 'node',
    workDir: remotePath('/work'),
    shell: ['bash'],
    run: 'npm start',
    debug: undefined,
    debugPort: 9229,
    restartOnSync: true,
    ports: [{ remote: 8080, local: 0 }],
    ignore: [],
    sync: { mode: 'push', pull: [] },
  },
};

test('a saved session comes back equal, is private, and is forgotten', async (t) => {
  const stateDir = localPath(await mkdtemp(path.join(tmpdir(), 'podloop-saved-')));
  t.after(() => rm(stateDir, { recursive: true }));
  assert.deepEqual(await listSavedSessions(stateDir, silentLog), []);
  await saveSession(stateDir, session);
  assert.deepEqual(await listSavedSessions(stateDir, silentLog), [session]);
  if (process.platform !== 'win32') {
    const { mode } = await stat(path.join(stateDir, 'sessions', 'one.json'));
    assert.equal(mode & 0o777, 0o600);
  }
  await forgetSession(stateDir, 'one');
  assert.deepEqual(await readdir(path.join(stateDir, 'sessions')), []);
});

test('a broken file is logged and does not hide the others', async (t) => {
  const stateDir = localPath(await mkdtemp(path.join(tmpdir(), 'podloop-saved-')));
  t.after(() => rm(stateDir, { recursive: true }));
  await saveSession(stateDir, session);
  await writeFile(path.join(stateDir, 'sessions', 'torn.json'), '{"version":1,"id":"to');
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (message: string) => warnings.push(message) };
  assert.deepEqual(await listSavedSessions(stateDir, log), [session]);
  assert.match(warnings.join(), /torn\.json/);
});
