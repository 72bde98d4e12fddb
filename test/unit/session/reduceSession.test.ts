import assert from 'node:assert/strict';
import { test } from 'node:test';
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
    { kind: 'syncChanged', sync },
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
    { kind: 'syncChanged', sync: { kind: 'inSync', files: 3 } },
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
