import assert from 'node:assert/strict';
import { localPath, readSyncPath, type SyncPath } from '../../../src/base/paths.ts';
import { withArrival } from '../../../src/session/core/arrivals.ts';
import { initialSession } from '../../../src/session/core/reduceSession.ts';
import type { SessionPhase, SessionState, StepReport } from '../../../src/session/core/state.ts';
import type { SyncConflict } from '../../../src/sync/core/conflict.ts';
import type { Restorable } from '../../../src/sync/core/restorable.ts';
import type { SyncProblem, SyncStatus } from '../../../src/sync/core/status.ts';

// States of sessions for tests of what is said about them.

export const locale = { language: 'en', timeZone: 'UTC' };
export const now = Date.parse('2026-11-21T15:00:00Z');
export const since = Date.parse('2026-11-21T14:05:00Z');
export const web = { context: 'kind', namespace: 'shop', kind: 'Deployment', name: 'web' };

export function session(phase: SessionPhase, rest: Partial<SessionState> = {}): SessionState {
  const identity = { workload: web, container: 'main', folder: '/home/alice/shop/web', workDir: '/app' };
  return { ...initialSession(identity, phase).state, ...rest };
}

export const active = (sync: SyncStatus): SessionPhase => ({ kind: 'active', pod: 'web-1', sync });
export const starting = (...steps: readonly StepReport[]): SessionPhase => ({ kind: 'starting', steps });
export const sending = {
  kind: 'sending',
  files: 12,
  totalFiles: 400,
  bytes: 25,
  totalBytes: 100,
  path: undefined,
} as const;

export const at = (text: string): SyncPath => readSyncPath(text) ?? assert.fail();

export const problem = (text: string, code: SyncProblem['code'] = 'unreadable'): SyncProblem => ({
  path: at(text),
  code,
  message: 'Permission denied.',
});

export const conflict = (text: string, id = text): SyncConflict => ({
  id,
  path: at(text),
  at: since,
  hash: 'ab',
  bytes: 1200,
  theirs: localPath(`/kept/${id}`),
});

/** A version that stopped being live so many minutes before `now`. */
export const version = (text: string, minutes: number, why: Restorable['why'] = 'replaced'): Restorable => ({
  id: `pod/${text}-${minutes}`,
  path: at(text),
  at: now - minutes * 60_000,
  bytes: 3210,
  side: 'pod',
  why,
});

/** The state after one more batch; it took 8 ms. */
export function arrived(state: SessionState, when: number, ...paths: readonly string[]): SessionState {
  const batch = { paths: paths.map(at), milliseconds: 8, initial: false };
  return { ...state, arrivals: withArrival(state.arrivals, batch, when) };
}
