import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AbortError, isAbortError } from '../../../src/base/errors.ts';
import { delay, systemScheduler } from '../../../src/base/scheduler.ts';

test('a delay ends after its time and not when its timer was disposed', async () => {
  const started = systemScheduler.now();
  systemScheduler.after(1, () => assert.fail('a disposed timer fired')).dispose();
  await delay(systemScheduler, 15);
  assert.ok(systemScheduler.now() - started >= 10);
});

test('a delay rejects with the reason of its signal, before and while it runs', async () => {
  const controller = new AbortController();
  const waiting = delay(systemScheduler, 60_000, controller.signal);
  controller.abort(new AbortError('closing'));
  await assert.rejects(waiting, /closing/);
  await assert.rejects(delay(systemScheduler, 60_000, controller.signal), (error) => isAbortError(error));
});
