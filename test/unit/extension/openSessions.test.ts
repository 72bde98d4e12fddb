import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpenSessions } from '../../../src/extension/session/openSessions.ts';
import type { SessionPhase } from '../../../src/session/core/state.ts';
import { active, session as stateOf, web } from '../present/sessionStates.ts';
import { fakeSession } from './fakeSession.ts';

const inSync = active({ kind: 'inSync', files: 1 });

test('a session is shown while it starts, then once it is open, then no more', () => {
  const sessions = new OpenSessions();
  const seen: string[] = [];
  sessions.onChange(() => seen.push(sessions.states.map(({ phase }) => phase.kind).join()));
  sessions.setStarting(web, stateOf({ kind: 'starting', steps: [] }));
  assert.equal(sessions.isStarting({ ...web }), true);
  const { session, become } = fakeSession(inSync);
  sessions.add(session);
  sessions.setStarting(web, undefined);
  become({ kind: 'ending' });
  become({ kind: 'ended', error: undefined });
  assert.deepEqual(seen, ['starting', 'active', 'active', 'ending', '']);
  assert.equal(sessions.find(web), undefined);
});

test('what works for a session ends with it', () => {
  const sessions = new OpenSessions();
  const { session, become } = fakeSession(inSync);
  let released = 0;
  sessions.add(session).scope.add({
    dispose() {
      released += 1;
    },
  });
  become({ kind: 'ended', error: undefined });
  assert.equal(released, 1);
});

test('a session that nobody ended is told as lost, also when it was lost before anybody listened', () => {
  for (const before of [true, false]) {
    const sessions = new OpenSessions();
    const lost: string[] = [];
    sessions.onLost(({ error }) => lost.push(error.message));
    const over: SessionPhase = { kind: 'ended', error: new Error('taken over') };
    const { session, become } = fakeSession(before ? over : inSync);
    sessions.add(session);
    become(over);
    assert.deepEqual(lost, ['taken over']);
    assert.deepEqual(sessions.all, []);
  }
});

test('letting go of all sessions detaches each once and ends what worked for them', async () => {
  const sessions = new OpenSessions();
  const { session, detached } = fakeSession(inSync);
  const { scope } = sessions.add(session);
  await sessions.detachAll();
  await sessions.detachAll();
  assert.equal(detached(), 1);
  assert.equal(scope.isDisposed, true);
});
