import { unreachable } from '../../base/errors.ts';
import type { SyncConflict } from '../../sync/core/conflict.ts';
import type { BatchApplied, SyncProblem, SyncStatus, WatchTrouble } from '../../sync/core/status.ts';
import { withArrival } from './arrivals.ts';
import type { ForwardState, SessionPhase, SessionState, StartStep, StepReport } from './state.ts';

/** Everything that can happen to a session. Times are epoch milliseconds. */
export type SessionAction =
  | { readonly kind: 'stepEntered'; readonly step: StartStep; readonly detail: string; readonly at: number }
  | { readonly kind: 'podReady'; readonly pod: string }
  | { readonly kind: 'podLost'; readonly reason: string; readonly at: number }
  | { readonly kind: 'syncChanged'; readonly sync: SyncStatus; readonly at: number }
  | { readonly kind: 'arrived'; readonly batch: BatchApplied; readonly at: number }
  | { readonly kind: 'problemsChanged'; readonly problems: readonly SyncProblem[] }
  | { readonly kind: 'conflictsChanged'; readonly conflicts: readonly SyncConflict[] }
  | { readonly kind: 'watchTroubleChanged'; readonly watchTrouble: WatchTrouble | undefined }
  | { readonly kind: 'forwardsChanged'; readonly forwards: readonly ForwardState[] }
  | { readonly kind: 'endRequested' }
  | { readonly kind: 'endFailed'; readonly pod: string | undefined; readonly at: number; readonly reason: string }
  | { readonly kind: 'ended'; readonly error: Error | undefined };

/** The session's memory between actions: the public state, and what the next state is computed from. */
export interface SessionModel {
  readonly state: SessionState;
  readonly sync: SyncStatus;
  /** When the step being shown began. */
  readonly stepStarted: number;
}

/** A new session, or one that is being resumed. */
export function initialSession(
  identity: Pick<SessionState, 'workload' | 'container' | 'folder' | 'workDir'>,
  phase: SessionPhase,
): SessionModel {
  const nothing = { forwards: [], problems: [], conflicts: [], arrivals: [] };
  const state = { ...identity, phase, ...nothing, watchTrouble: undefined, sendingSince: undefined };
  return { state, sync: { kind: 'connecting' }, stepStarted: 0 };
}

/** The next model, or `undefined` when the action is not legal in this phase: the caller logs and ignores it. */
export function reduceSession(model: SessionModel, action: SessionAction): SessionModel | undefined {
  const { phase } = model.state;
  if (phase.kind === 'ended') return undefined;
  switch (action.kind) {
    case 'stepEntered':
      if (phase.kind !== 'starting') return undefined;
      return {
        ...withPhase(model, { ...phase, steps: nextSteps(phase.steps, action, model.stepStarted) }),
        stepStarted: phase.steps.at(-1)?.step === action.step ? model.stepStarted : action.at,
      };
    case 'podReady':
      if (phase.kind === 'ending') return undefined;
      return withPhase(model, { kind: 'active', pod: action.pod, sync: model.sync });
    case 'podLost':
      if (phase.kind === 'ending' || phase.kind === 'starting') return undefined;
      if (phase.kind === 'recovering') return withPhase(model, { ...phase, reason: action.reason });
      return withPhase(model, { kind: 'recovering', since: action.at, reason: action.reason });
    case 'syncChanged': {
      const next = { ...model, sync: action.sync };
      if (phase.kind !== 'active' && phase.kind !== 'starting') return next;
      const sendingSince = action.sync.kind === 'sending' ? (model.state.sendingSince ?? action.at) : undefined;
      return { ...next, state: { ...model.state, sendingSince, phase: { ...phase, sync: action.sync } } };
    }
    case 'arrived': {
      const arrivals = withArrival(model.state.arrivals, action.batch, action.at);
      return { ...model, state: { ...model.state, arrivals } };
    }
    case 'problemsChanged':
      return { ...model, state: { ...model.state, problems: action.problems } };
    case 'conflictsChanged':
      return { ...model, state: { ...model.state, conflicts: action.conflicts } };
    case 'watchTroubleChanged':
      return { ...model, state: { ...model.state, watchTrouble: action.watchTrouble } };
    case 'forwardsChanged':
      return { ...model, state: { ...model.state, forwards: action.forwards } };
    case 'endRequested':
      return phase.kind === 'ending' ? undefined : withPhase(model, { kind: 'ending' });
    case 'endFailed':
      if (phase.kind !== 'ending') return undefined;
      return withPhase(
        model,
        action.pod === undefined
          ? { kind: 'recovering', since: action.at, reason: action.reason }
          : { kind: 'active', pod: action.pod, sync: model.sync },
      );
    case 'ended':
      return withPhase(model, { kind: 'ended', error: action.error });
    default:
      return unreachable(action);
  }
}

function withPhase(model: SessionModel, phase: SessionPhase): SessionModel {
  return { ...model, state: { ...model.state, phase } };
}

/** Closes the step before with its time and opens the new one, or updates the detail of the one that is open. */
function nextSteps(
  steps: readonly StepReport[],
  action: { readonly step: StartStep; readonly detail: string; readonly at: number },
  openSince: number,
): readonly StepReport[] {
  const open = steps.at(-1);
  const entered: StepReport = { step: action.step, detail: action.detail, took: undefined };
  if (open === undefined) return [entered];
  if (open.step === action.step) return [...steps.slice(0, -1), entered];
  return [...steps.slice(0, -1), { ...open, took: action.at - openSince }, entered];
}
