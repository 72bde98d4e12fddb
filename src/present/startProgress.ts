import { type SessionState, startSteps, type StepReport } from '../session/core/state.ts';
import { duration } from './locale.ts';
import { sendingText, stepText } from './sessionText.ts';

/** What the progress notification of Start Develop shows. */
export interface ProgressView {
  readonly message: string;
  /** 0 to 100; never falls while a start goes on. */
  readonly percent: number;
}

/**
 * How far a start has come after `elapsed` milliseconds. Steps count equally but for the first sync, which takes what
 * they leave and advances with the bytes sent.
 */
export function startProgress(state: SessionState, elapsed: number): ProgressView {
  const { phase } = state;
  const time = duration(elapsed);
  if (phase.kind !== 'starting' && phase.kind !== 'active') return { message: time, percent: 100 };
  const step = phase.kind === 'starting' ? phase.steps.at(-1) : firstSync;
  if (step === undefined) return { message: time, percent: 0 };
  const sync = step.step === 'firstSync' && phase.sync?.kind === 'sending' ? phase.sync : undefined;
  const doing = sync === undefined ? step.detail : sendingText(sync);
  const share = sync === undefined || sync.totalBytes === 0 ? 0 : sync.bytes / sync.totalBytes;
  return { message: `${doing} (${time})`, percent: percentOf(startSteps.indexOf(step.step), share) };
}

/** A session whose pod is there before the first sync is complete is still starting, as the notification sees it. */
const firstSync: StepReport = { step: 'firstSync', detail: 'First sync', took: undefined };

/** The steps of a start that is over, with their times and the whole, as one line for the log. Milliseconds. */
export function stepReport(steps: readonly StepReport[], elapsed: number): string {
  const closed = steps.reduce((sum, { took }) => sum + (took ?? 0), 0);
  // Only the last step is open: nothing came after it to close it.
  const times = steps.map(({ step, took }) => `${stepText(step)} ${duration(took ?? Math.max(0, elapsed - closed))}`);
  return [...times, `${duration(elapsed)} in all`].join(', ');
}

function percentOf(step: number, share: number): number {
  const perStep = 10;
  const before = step * perStep;
  const last = step === startSteps.length - 1;
  return Math.round(last ? before + share * (100 - before) : before);
}
