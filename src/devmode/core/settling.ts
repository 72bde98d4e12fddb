import { numberField, objectField } from '../../cluster/core/fields.ts';
import type { KubeObject, ObjectRef } from '../../cluster/core/objects.ts';
import { readPod } from '../../cluster/core/pods.ts';
import { containerProblem } from './containerProblems.ts';
import { developableKind } from './developableKinds.ts';
import type { Problem } from './problem.ts';
import { sessionLabel } from './record.ts';
import { rolloutState } from './rolloutState.ts';

/** What is waited for after a workload has been put back. */
export interface SettleTarget {
  readonly ref: ObjectRef;
  readonly session: string;
  /** Generation of the workload as put back: what its controller must have seen. */
  readonly generation: number;
  /** Whether to wait for the original pods to run and the dev pods to be gone, too. */
  readonly rollout: boolean;
}

/** What the cluster shows; `undefined` is what has not been seen yet. */
export interface SettleView {
  readonly workload: KubeObject | 'gone' | undefined;
  /** Those of the session. */
  readonly replicaSets: readonly KubeObject[] | undefined;
  /** Those of the workload, original and dev pods alike. */
  readonly pods: readonly KubeObject[] | undefined;
}

export interface SettleState {
  /** What is still missing, for people; `undefined` when all is done. */
  readonly missing: string | undefined;
  /** Why the original pods do not start, as far as they say. */
  readonly problem: Problem | undefined;
  /** Replica sets of the session that are empty. */
  readonly empty: readonly KubeObject[];
  /** All that are left: they may be deleted, since their controller will not make them again. */
  readonly left: readonly KubeObject[];
}

/** How far a workload that was put back has settled. */
export function settleState(target: SettleTarget, view: SettleView): SettleState {
  const { workload, replicaSets = [] } = view;
  if (workload === 'gone') return { missing: undefined, problem: undefined, empty: [], left: [] };
  const seen = workload !== undefined && isSeen(workload, target.generation);
  return {
    missing: missingOf(target, view, seen),
    problem: target.rollout ? originalProblem(target, view) : undefined,
    // A controller that has not seen the restored template would only make a deleted replica set again.
    empty: seen ? replicaSets.filter(isEmpty) : [],
    left: seen ? replicaSets : [],
  };
}

function missingOf(
  target: SettleTarget,
  { workload, replicaSets, pods }: SettleView,
  seen: boolean,
): string | undefined {
  if (!seen || workload === undefined || workload === 'gone') return 'Waiting for the controller';
  if (target.rollout) {
    const state = rolloutState(developableKind(target.ref), workload);
    if (state.kind !== 'complete') return state.detail;
    if (pods?.some((pod) => isOwn(target, pod)) !== false) return 'Waiting for the dev pod to end';
  }
  return replicaSets?.length === 0 ? undefined : 'Removing the replica set of dev mode';
}

function originalProblem(target: SettleTarget, { workload, pods = [] }: SettleView): Problem | undefined {
  if (workload === undefined || workload === 'gone') return undefined;
  for (const object of pods.filter((pod) => !isOwn(target, pod))) {
    const pod = readPod(object);
    if (pod.deleting) continue;
    const [problem] = pod.containers.flatMap((container) => containerProblem(target, pod, container, new Map()) ?? []);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isOwn({ session }: SettleTarget, { metadata }: KubeObject): boolean {
  return metadata.labels?.[sessionLabel] === session;
}

function isSeen(workload: KubeObject, generation: number): boolean {
  return numberField(objectField(workload.status).observedGeneration, -1) >= generation;
}

function isEmpty(replicaSet: KubeObject): boolean {
  const { spec, status } = replicaSet;
  return numberField(objectField(spec).replicas, 1) === 0 && numberField(objectField(status).replicas, 0) === 0;
}
