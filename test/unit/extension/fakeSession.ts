import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/event.ts';
import { remotePath } from '../../../src/base/paths.ts';
import type { DevSession } from '../../../src/session/devSession.ts';
import type { SessionPhase, SessionState } from '../../../src/session/core/state.ts';
import type { Restorable } from '../../../src/sync/core/restorable.ts';
import type { BatchApplied } from '../../../src/sync/core/status.ts';
import { session as stateOf } from '../present/sessionStates.ts';

/** A session that only has states. */
export function fakeSession(phase: SessionPhase) {
  const changed = new Emitter<SessionState>();
  let state = stateOf(phase);
  let detached = 0;
  const resolved: string[] = [];
  const saved: string[] = [];
  let versions: readonly Restorable[] = [];
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
      sync: { mode: 'push', pull: [] },
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
    sync: {
      pause: refuse,
      resume: refuse,
      resolveConflict: (id, choice) => {
        resolved.push(`${id} ${choice}`);
        return Promise.resolve();
      },
      restorable: () => Promise.resolve(versions),
      openRestorable: refuse,
      restore: refuse,
    },
    noteSaved: (path) => saved.push(path),
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
    /** Conflicts that were settled, each with the choice. */
    resolved,
    /** Files that were said to be saved. */
    saved,
    keep: (...kept: readonly Restorable[]): void => {
      versions = kept;
    },
    become: (next: SessionPhase, rest: Partial<SessionState> = {}): void => {
      state = stateOf(next, rest);
      changed.fire(state);
    },
  };
}
