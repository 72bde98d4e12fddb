import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/event.ts';
import { remotePath } from '../../../src/base/paths.ts';
import type { DevSession } from '../../../src/session/devSession.ts';
import type { SessionPhase, SessionState } from '../../../src/session/core/state.ts';
import type { BatchApplied } from '../../../src/sync/core/status.ts';
import { session as stateOf } from '../present/sessionStates.ts';

/** A session that only has states. */
export function fakeSession(phase: SessionPhase) {
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
    sync: { pause: refuse, resume: refuse },
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
    become: (next: SessionPhase, rest: Partial<SessionState> = {}): void => {
      state = stateOf(next, rest);
      changed.fire(state);
    },
  };
}
