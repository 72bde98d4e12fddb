import type { SyncConflict } from '../../sync/core/conflict.ts';
import type { SyncProblem, SyncStatus, WatchTrouble } from '../../sync/core/status.ts';
import type { Arrival } from './arrivals.ts';

/** Names one workload in one cluster; `context` is the kubeconfig context it was started from. */
export interface WorkloadId {
  readonly context: string;
  readonly namespace: string;
  /** `Deployment`; with the group where that is not one of Kubernetes itself: `Rollout.argoproj.io`. */
  readonly kind: string;
  readonly name: string;
  /** Of a kind that only a configuration tells of. */
  readonly custom?: CustomKind | undefined;
}

/** What the cluster's API and dev mode must know of a kind. */
export interface CustomKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** Keys to the pod template. */
  readonly templatePath: readonly string[];
}

/** The named steps of Start Develop, in order. */
export const startSteps = ['check', 'patch', 'schedule', 'pull', 'containers', 'connect', 'firstSync'] as const;
export type StartStep = (typeof startSteps)[number];

export interface StepReport {
  readonly step: StartStep;
  /** What is being done just now, e.g. `Pulling image node:24`. */
  readonly detail: string;
  /** Milliseconds the step took, once it is over. */
  readonly took: number | undefined;
}

/** A forwarded port as offered to the user. */
export interface ForwardState {
  readonly remote: number;
  /** Port on 127.0.0.1 of the developer's machine. */
  readonly local: number;
}

/** One dev session as everything above it sees it. */
export interface SessionState {
  readonly workload: WorkloadId;
  readonly container: string;
  readonly folder: string;
  readonly workDir: string;
  readonly phase: SessionPhase;
  readonly forwards: readonly ForwardState[];
  readonly problems: readonly SyncProblem[];
  /** Paths that were changed on both sides and wait for a choice, oldest first. */
  readonly conflicts: readonly SyncConflict[];
  /** Why local changes may be noticed late; `undefined` when they are not. */
  readonly watchTrouble: WatchTrouble | undefined;
  /** What became visible in the pod lately, newest first. */
  readonly arrivals: readonly Arrival[];
  /** Epoch milliseconds at which the sending that goes on now began. */
  readonly sendingSince: number | undefined;
}

/** Whether somebody paused the sync. */
export function isSyncPaused({ phase }: SessionState): boolean {
  return phase.kind === 'active' && phase.sync.kind === 'paused';
}

/** Whether the sync can be paused. */
export function isSyncRunning({ phase }: SessionState): boolean {
  return phase.kind === 'active' && phase.sync.kind !== 'paused';
}

export type SessionPhase =
  /** `sync` tells how far the first sync is, once it began. */
  | { readonly kind: 'starting'; readonly steps: readonly StepReport[]; readonly sync?: SyncStatus }
  | { readonly kind: 'active'; readonly pod: string; readonly sync: SyncStatus }
  /** The pod is gone or the API server is away; `since` is epoch milliseconds. It comes back by itself. */
  | { readonly kind: 'recovering'; readonly since: number; readonly reason: string }
  | { readonly kind: 'ending' }
  /** Over. `error` when it ended because something failed; the workload is then as it was unless the error says. */
  | { readonly kind: 'ended'; readonly error: Error | undefined };
