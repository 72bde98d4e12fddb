import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';
import { AbortError } from '../../../src/base/errors.ts';
import { claimSession, tryClaimSession } from '../../../src/extension/session/sessionClaim.ts';

const module = path.resolve(import.meta.dirname, '../../../src/extension/session/sessionClaim.ts');

/** Another window: a process that claims the session and lives until it is killed. */
async function otherWindow(id: string) {
  const program = `const { claimSession } = await import(${JSON.stringify(`file://${module}`)});
await claimSession(${JSON.stringify(id)}, new AbortController().signal);
console.log('claimed');
setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    async kill() {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

test('a session is claimed once, and again when it was given free', async () => {
  const id = randomUUID();
  const claim = await tryClaimSession(id);
  assert.ok(claim !== undefined);
  assert.equal(await tryClaimSession(id), undefined);
  claim.dispose();
  const again = await tryClaimSession(id);
  assert.ok(again !== undefined);
  again.dispose();
});

test('who waits gets the session when it is given free', async () => {
  const id = randomUUID();
  const first = await tryClaimSession(id);
  const waiting = claimSession(id, AbortSignal.timeout(10_000));
  first?.dispose();
  (await waiting).dispose();
});

test('who waits gets the session when the other window is killed', async () => {
  const id = randomUUID();
  const other = await otherWindow(id);
  assert.equal(await tryClaimSession(id), undefined);
  const waiting = claimSession(id, AbortSignal.timeout(10_000));
  await other.kill();
  (await waiting).dispose();
});

test('a window that was killed leaves nothing in the way', async () => {
  const id = randomUUID();
  await (await otherWindow(id)).kill();
  const claim = await tryClaimSession(id);
  assert.ok(claim !== undefined);
  claim.dispose();
});

test('waiting ends when nobody wants the session any more', async () => {
  const id = randomUUID();
  const first = await tryClaimSession(id);
  const given = new AbortController();
  const waiting = claimSession(id, given.signal);
  given.abort(new AbortError());
  await assert.rejects(waiting, AbortError);
  first?.dispose();
});
