import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Emitter } from '../../../src/base/event.ts';
import { remotePath } from '../../../src/base/paths.ts';
import { OpenSessions } from '../../../src/extension/session/openSessions.ts';
import type { DevSession } from '../../../src/session/devSession.ts';
import type { SessionPhase, SessionState, WorkloadId } from '../../../src/session/core/state.ts';
import type { BatchApplied } from '../../../src/sync/core/status.ts';

const web: WorkloadId = { context: 'kind', namespace: 'shop', kind: 'Deployment', name: 'web' };
const inSync: SessionPhase = { kind: 'active', pod: 'web-1', sync: { kind: 'inSync', files: 1 } };

function stateOf(phase: SessionPhase): SessionState {
  return { workload: web, container: 'main', folder: '/shop', workDir: '/app', phase, forwards: [], problems: [] };
}

/** A session that only has states. */
function fakeSession(phase: SessionPhase) {
  const changed = new Emitter<SessionState>();
  let state = stateOf(phase);
  let detached = 0;
  const refuse = (): never => assert.fail('not part of this test');
  const session: DevSession = {
    id: 's',
    config: {
      image: 'node:24',
      language: 'node',
      workDir: remotePath('/app'),
      shell: ['bash'],
      run: undefined,
      debug: undefined,
      debugPort: 9229,
      restartOnSync: false,
      ports: [],
      ignore: [],
      env: {},
    },
    get state() {
      return state;
    },
    onState: changed.event,
    onBatchApplied: new Emitter<BatchApplied>().event,
    openTerminal: refuse,
    run: refuse,
    forward: refuse,
    stopForward: refuse,
    noteSaved: refuse,
    flush: refuse,
    reconnectNow: refuse,
    end: refuse,
    detach: () => {
      detached += 1;
      return Promise.resolve();
    },
  };
  return {
    session,
    detached: () => detached,
    become: (next: SessionPhase): void => {
      state = stateOf(next);
      changed.fire(state);
    },
  };
}

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
