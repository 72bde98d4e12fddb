import { numberField, objectField } from '../../cluster/core/fields.ts';
import { type KubeObject, type ResourceType, types } from '../../cluster/core/objects.ts';
import { observedGeneration } from '../../cluster/core/workloads.ts';
import { readPod } from '../../cluster/core/pods.ts';
import { containerProblem } from './containerProblems.ts';
import { type DevelopableKind, developableKind, type WorkloadRef } from './developableKinds.ts';
import type { Problem } from './problem.ts';
import { sessionLabel } from './record.ts';
import { rolloutState } from './rolloutState.ts';

/** What is waited for after a workload has been put back. */
export interface SettleTarget {
  readonly ref: WorkloadRef;
  readonly session: string;
  /** Generation of the workload as put back: what its controller must have seen. */
  readonly generation: number;
  /** Whether to wait for the original pods to run and the dev pods to be gone, too. */
  readonly rollout: boolean;
}

/** What the cluster shows; `undefined` is what has not been seen yet. */
export interface SettleView {
  readonly workload: KubeObject | 'gone' | undefined;
  /** The objects that hold the session's template. */
  readonly derived: readonly KubeObject[] | undefined;
  /** Pods of the workload, original and dev pods alike; dev pods alone where nobody waits for the others. */
  readonly pods: readonly KubeObject[] | undefined;
}

/** Something of the session that is to be deleted. */
export interface Leftover {
  readonly type: ResourceType;
  readonly object: KubeObject;
}

export interface SettleState {
  /** Whether all that must go is known. */
  readonly certain: boolean;
  /** What is still missing, for people; `undefined` when all is done. */
  readonly missing: string | undefined;
  /** Why the original pods do not start, as far as they say. */
  readonly problem: Problem | undefined;
  /** What may go now without harm. */
  readonly free: readonly Leftover[];
  /** All that is left: it may be deleted, since its controller will not make it again. */
  readonly left: readonly Leftover[];
}

/** How far a workload that was put back has settled. */
export function settleState(target: SettleTarget, view: SettleView): SettleState {
  const { workload, derived = [], pods } = view;
  if (workload === 'gone') return { certain: true, missing: undefined, problem: undefined, free: [], left: [] };
  const kind = developableKind(target.ref);
  // A controller that has not seen the restored template would only make again what is deleted.
  const seen = workload !== undefined && isSeen(kind, workload, target.generation);
  const templates = seen && kind.derived !== undefined ? leftovers(kind.derived, derived) : [];
  const deleting = kind.deletes !== 'none';
  const devPods = pods?.filter((pod) => isOwn(target, pod) && pod.metadata.deletionTimestamp === undefined) ?? [];
  const doomed = seen && deleting ? leftovers(types.pod, devPods) : [];
  const needed = deleting && (pods === undefined || devPods.length > 0);
  return {
    certain: seen && !(deleting && pods === undefined) && !(kind.runsJob && view.derived === undefined),
    missing: missingOf(target, view, seen),
    problem: target.rollout ? originalProblem(target, view) : undefined,
    free: [...doomed, ...(needed ? [] : templates.filter(({ object }) => isEmpty(object)))],
    left: [...doomed, ...templates],
  };
}

function missingOf(target: SettleTarget, { workload, derived, pods }: SettleView, seen: boolean): string | undefined {
  if (!seen || workload === undefined || workload === 'gone') return 'Waiting for the controller';
  const kind = developableKind(target.ref);
  const deleting = kind.deletes !== 'none';
  const own = pods?.filter((pod) => isOwn(target, pod));
  if (deleting && own?.some(({ metadata }) => metadata.deletionTimestamp === undefined) !== false) {
    return 'Waiting for the dev pod to end';
  }
  if (target.rollout) {
    const state = rolloutState(kind, workload);
    if (state.kind !== 'complete') return state.detail;
    if (own?.length !== 0) return 'Waiting for the dev pod to end';
  }
  return kind.derived === undefined || derived?.length === 0 ? undefined : 'Removing the template of dev mode';
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

function leftovers(type: ResourceType, objects: readonly KubeObject[]): readonly Leftover[] {
  return objects.map((object) => ({ type, object }));
}

function isOwn({ session }: SettleTarget, { metadata }: KubeObject): boolean {
  return metadata.labels?.[sessionLabel] === session;
}

/** Controllers of other kinds may not say what they have seen. */
function isSeen(kind: DevelopableKind, workload: KubeObject, generation: number): boolean {
  const unsaid = kind.countsPods ? -1 : generation;
  return (observedGeneration(workload) ?? unsaid) >= generation;
}

/** A replica set without pods; a revision has none of its own, and the dev Job goes with them. */
function isEmpty({ kind, spec, status }: KubeObject): boolean {
  if (kind !== undefined && kind !== types.replicaSet.kind) return true;
  return numberField(objectField(spec).replicas, 1) === 0 && numberField(objectField(status).replicas, 0) === 0;
}
