import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSyncPath } from '../../../src/base/paths.ts';
import {
  initialSession,
  reduceSession,
  type SessionAction,
  type SessionModel,
} from '../../../src/session/core/reduceSession.ts';

const identity = {
  workload: { context: 'kind', namespace: 'shop', kind: 'Deployment', name: 'web' },
  container: 'web',
  folder: '/shop/web',
  workDir: '/work',
};

const starting = initialSession(identity, { kind: 'starting', steps: [] });

function play(model: SessionModel, actions: readonly SessionAction[]): SessionModel {
  return actions.reduce((current, action) => {
    const next = reduceSession(current, action);
    assert.ok(next !== undefined, `${action.kind} refused in ${current.state.phase.kind}`);
    return next;
  }, model);
}

test('each step is closed with its time when the next one begins', () => {
  const model = play(starting, [
    { kind: 'stepEntered', step: 'check', detail: 'Checking web', at: 1000 },
    { kind: 'stepEntered', step: 'patch', detail: 'Patching web', at: 1040 },
    { kind: 'stepEntered', step: 'pull', detail: 'Pulling a', at: 1100 },
    { kind: 'stepEntered', step: 'pull', detail: 'Pulling b', at: 1500 },
    { kind: 'stepEntered', step: 'connect', detail: 'Connecting', at: 2100 },
  ]);
  assert.deepEqual(model.state.phase, {
    kind: 'starting',
    steps: [
      { step: 'check', detail: 'Checking web', took: 40 },
      { step: 'patch', detail: 'Patching web', took: 60 },
      { step: 'pull', detail: 'Pulling b', took: 1000 },
      { step: 'connect', detail: 'Connecting', took: undefined },
    ],
  });
});

test('the first sync is told while the session starts', () => {
  const sync = { kind: 'sending', files: 1, totalFiles: 2, bytes: 3, totalBytes: 4, path: undefined } as const;
  const model = play(starting, [
    { kind: 'syncChanged', sync, at: 0 },
    { kind: 'stepEntered', step: 'firstSync', detail: 'Syncing', at: 1 },
  ]);
  assert.deepEqual(model.state.phase, {
    kind: 'starting',
    steps: [{ step: 'firstSync', detail: 'Syncing', took: undefined }],
    sync,
  });
});

test('a lost pod is recovered from, with the sync state that arrived meanwhile', () => {
  const model = play(starting, [
    { kind: 'podReady', pod: 'web-1' },
    { kind: 'podLost', reason: 'gone', at: 5 },
    { kind: 'podLost', reason: 'waiting for web-2', at: 9 },
  ]);
  assert.deepEqual(model.state.phase, { kind: 'recovering', since: 5, reason: 'waiting for web-2' });
  const back = play(model, [
    { kind: 'syncChanged', sync: { kind: 'inSync', files: 3 }, at: 9 },
    { kind: 'podReady', pod: 'web-2' },
  ]);
  assert.deepEqual(back.state.phase, { kind: 'active', pod: 'web-2', sync: { kind: 'inSync', files: 3 } });
});

test('an end that failed leads back to where the session was', () => {
  const active = play(starting, [{ kind: 'podReady', pod: 'web-1' }, { kind: 'endRequested' }]);
  assert.equal(play(active, [{ kind: 'endFailed', pod: 'web-1', at: 7, reason: 'no' }]).state.phase.kind, 'active');
  assert.equal(
    play(active, [{ kind: 'endFailed', pod: undefined, at: 7, reason: 'no' }]).state.phase.kind,
    'recovering',
  );
});

test('what is not legal in a phase is refused', () => {
  const ended = play(starting, [{ kind: 'ended', error: undefined }]);
  assert.equal(reduceSession(ended, { kind: 'podReady', pod: 'web-1' }), undefined);
  const ending = play(starting, [{ kind: 'podReady', pod: 'web-1' }, { kind: 'endRequested' }]);
  assert.equal(reduceSession(ending, { kind: 'podLost', reason: 'deleted by the rollout', at: 1 }), undefined);
  assert.equal(reduceSession(ending, { kind: 'endRequested' }), undefined);
  assert.equal(reduceSession(ending, { kind: 'stepEntered', step: 'check', detail: '', at: 1 }), undefined);
});

test('a sending keeps its beginning until it is over', () => {
  const sync = { kind: 'sending', files: 1, totalFiles: 2, bytes: 3, totalBytes: 4, path: undefined } as const;
  const begun = play(starting, [
    { kind: 'podReady', pod: 'web-1' },
    { kind: 'syncChanged', sync, at: 100 },
    { kind: 'syncChanged', sync: { ...sync, files: 2 }, at: 200 },
  ]);
  assert.equal(begun.state.sendingSince, 100);
  const over = play(begun, [{ kind: 'syncChanged', sync: { kind: 'inSync', files: 2 }, at: 300 }]);
  assert.equal(over.state.sendingSince, undefined);
});

test('arrivals are remembered newest first, so many and with so many names', () => {
  const path = readSyncPath('a') ?? assert.fail();
  const batch = (paths: number) => ({
    paths: Array.from({ length: paths }, () => path),
    milliseconds: 8,
    initial: false,
  });
  const model = play(starting, [
    { kind: 'arrived', batch: batch(0), at: 1 },
    ...Array.from({ length: 120 }, (_, at) => ({ kind: 'arrived', batch: batch(1), at }) as const),
    { kind: 'arrived', batch: batch(5000), at: 500 },
  ]);
  const { arrivals } = model.state;
  assert.deepEqual([arrivals.length, arrivals[0]?.id, arrivals.at(-1)?.id], [100, 121, 22]);
  assert.deepEqual([arrivals[0]?.total, arrivals[0]?.paths.length, arrivals[0]?.at], [5000, 100, 500]);
});
