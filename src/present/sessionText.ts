import type { SessionState, StartStep } from '../session/core/state.ts';
import type { SyncStatus } from '../sync/core/status.ts';
import { errorText } from './errorText.ts';
import { clockTime, count, grouped, type Locale } from './locale.ts';

/** How a session stands, from least to most in need of attention. */
export type Urgency = 'calm' | 'busy' | 'warning' | 'error';

/** A session's state in a few words, with a product icon. */
export interface SessionText {
  /** Name of a product icon, with `~spin` when it turns. */
  readonly icon: string;
  /** `syncing 12 of 400 files`. */
  readonly text: string;
  /** Why it is so, when there is more to say. */
  readonly reason: string | undefined;
  readonly urgency: Urgency;
}

const stepTexts: Readonly<Record<StartStep, string>> = {
  check: 'checking',
  patch: 'changing the workload',
  schedule: 'waiting for a node',
  pull: 'pulling the image',
  containers: 'starting containers',
  connect: 'connecting',
  firstSync: 'first sync',
};

/** What a step of Start Develop is called while it goes on. */
export function stepText(step: StartStep): string {
  return stepTexts[step];
}

/** Says how a session stands now. `now` is epoch milliseconds. */
export function sessionText(state: SessionState, now: number, locale: Locale): SessionText {
  const { phase } = state;
  switch (phase.kind) {
    case 'starting': {
      const step = phase.steps.at(-1);
      const text = step === undefined ? 'starting' : stepText(step.step);
      if (step?.step === 'firstSync' && phase.sync?.kind === 'sending') return busy(sendingText(phase.sync));
      return busy(text, step?.detail, 'loading~spin');
    }
    case 'active':
      return syncText(phase.sync, exceptions(state), now, locale);
    case 'recovering':
      return disconnected(phase.since, phase.reason, now, locale);
    case 'ending':
      return busy('ending dev mode', undefined, 'loading~spin');
    case 'ended':
      return phase.error === undefined
        ? { icon: 'circle-slash', text: 'ended', reason: undefined, urgency: 'calm' }
        : { icon: 'error', text: 'ended', reason: phase.error.message, urgency: 'error' };
  }
}

/** What a sync in progress has done and has to do. */
export function sendingText(sync: Extract<SyncStatus, { kind: 'sending' }>): string {
  return `syncing ${grouped(sync.files)} of ${count(sync.totalFiles, 'file')}`;
}

/** What is not in sync, or not settled, although everything else is: ` but for 2 paths, 1 conflict`. */
function exceptions({ problems, conflicts }: SessionState): string {
  const parts = [
    ...(problems.length > 0 ? [count(problems.length, 'path')] : []),
    ...(conflicts.length > 0 ? [count(conflicts.length, 'conflict')] : []),
  ];
  return parts.length === 0 ? '' : ` but for ${parts.join(', ')}`;
}

function syncText(sync: SyncStatus, but: string, now: number, locale: Locale): SessionText {
  switch (sync.kind) {
    case 'connecting':
      return busy('connecting');
    case 'scanning':
      return busy('scanning');
    case 'sending':
      return busy(sendingText(sync), sync.path);
    case 'inSync':
      if (but === '') return { icon: 'check', text: 'in sync', reason: undefined, urgency: 'calm' };
      return { icon: 'warning', text: `in sync${but}`, reason: undefined, urgency: 'warning' };
    case 'paused':
      return { icon: 'debug-pause', text: 'sync paused', reason: undefined, urgency: 'warning' };
    case 'disconnected':
      return disconnected(sync.since, sync.reason, now, locale);
    case 'failed':
      return {
        icon: 'error',
        text: 'sync stopped',
        reason: errorText(sync.error, 'Syncing').message,
        urgency: 'error',
      };
  }
}

function busy(text: string, reason?: string, icon = 'sync~spin'): SessionText {
  return { icon, text, reason, urgency: 'busy' };
}

function disconnected(since: number, reason: string, now: number, locale: Locale): SessionText {
  return {
    icon: 'debug-disconnect',
    text: `disconnected since ${clockTime(since, now, locale)}`,
    reason,
    urgency: 'warning',
  };
}
