import type { KubeObject } from '../../cluster/core/objects.ts';
import { type Pod, type PodContainer, readPod } from '../../cluster/core/pods.ts';
import { choosePod } from './choosePod.ts';
import { containerProblem } from './containerProblems.ts';
import { imagePulls } from './imagePulls.ts';
import { sidecarContainer } from './podObjects.ts';
import { podProblem } from './podProblems.ts';
import type { Problem } from './problem.ts';
import { creationProblem, replicaSetProblem } from './replicaSetProblems.ts';
import { workloadProblem } from './workloadProblems.ts';
import type { WorkloadRef } from './developableKinds.ts';

/** The steps from the patch to a dev pod that can be talked to, in order. */
export const rolloutSteps = ['schedule', 'pull', 'containers'] as const;
export type RolloutStep = (typeof rolloutSteps)[number];

/** What the cluster shows of a workload on its way into dev mode. `undefined` is what has not been seen yet. */
export interface RolloutView {
  /** The workload; `'gone'` once a live list does not have it. */
  readonly workload: KubeObject | 'gone' | undefined;
  /** Replica sets and pods that carry the session's label. */
  readonly replicaSets: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
  /** Events of the pod that is looked at, of what makes it until there is one; none when they may not be read. */
  readonly events: readonly KubeObject[];
}

/** What is being waited for. */
export interface RolloutTarget {
  readonly ref: WorkloadRef;
  readonly session: string;
  readonly container: string;
  /** Generation of the workload as changed: what is older says nothing. */
  readonly generation: number;
  /** Whose events tell why no pod is made, where those are not made by replica sets. */
  readonly maker?: Maker | undefined;
  /** When it was changed, by the server's clock; events from before say nothing. */
  readonly since?: string | undefined;
}

/** What makes the dev pod, by kind and name. */
export interface Maker {
  readonly kind: string;
  readonly name: string;
}

/** How far the rollout has come. `detail` is for people: `Pulling image node:24`. */
export interface RolloutProgress {
  readonly step: RolloutStep;
  readonly detail: string;
  /** The pod that is looked at, once there is one. */
  readonly pod: Pod | undefined;
  /** Whether dev container and sidecar run. */
  readonly ready: boolean;
  /** What stands in the way now; it counts once it has stood there for its grace. */
  readonly problem: Problem | undefined;
}

/** How far the workload is on its way into dev mode, and what stands in the way. */
export function rolloutProgress(target: RolloutTarget, view: RolloutView): RolloutProgress {
  const pod = choosePod(view.pods.map(readPod), target.container);
  const ready = pod !== undefined && isReady(pod, target.container);
  const problem = workloadProblem(target, view.workload) ?? (ready ? undefined : podTrouble(target, pod, view));
  return { ...stepOf(pod, target.container, view.events), pod, ready, problem };
}

function podTrouble(target: RolloutTarget, pod: Pod | undefined, view: RolloutView): Problem | undefined {
  if (pod === undefined) return replicaSetProblem(target, view.replicaSets) ?? creationProblem(target, view.events);
  return firstContainerProblem(target, pod, view.events) ?? podProblem(target, pod, view.events);
}

function firstContainerProblem(target: RolloutTarget, pod: Pod, events: readonly KubeObject[]): Problem | undefined {
  const pulls = imagePulls(events);
  for (const container of needed(pod, target.container)) {
    const problem = containerProblem(target, pod, container, pulls);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Other containers of the pod may be troubled: they may well wait for the program that the developer starts later. */
function needed(pod: Pod, container: string): readonly PodContainer[] {
  return pod.containers.filter(({ init, name }) => init || name === container || name === sidecarContainer);
}

function isReady(pod: Pod, container: string): boolean {
  const running = (name: string): boolean =>
    pod.containers.some((one) => one.name === name && one.state.kind === 'running');
  return running(container) && running(sidecarContainer);
}

function stepOf(
  pod: Pod | undefined,
  container: string,
  events: readonly KubeObject[],
): { step: RolloutStep; detail: string } {
  if (pod === undefined) return { step: 'schedule', detail: 'Waiting for the new pod' };
  if (pod.node === undefined) return { step: 'schedule', detail: `Waiting for a node for pod ${pod.name}` };
  const own = needed(pod, container);
  const pulls = imagePulls(events);
  const lacking = own.filter(({ image, imageId }) => imageId === undefined && pulls.get(image)?.kind !== 'done');
  const step = lacking.length === 0 ? 'containers' : 'pull';
  const pulling = lacking.find(({ image }) => pulls.get(image)?.kind === 'begun');
  if (pulling !== undefined) return { step, detail: `Pulling image ${pulling.image}` };
  const retried = lacking.find(({ image }) => pulls.get(image)?.kind === 'failed');
  if (retried !== undefined) return { step, detail: `Image ${retried.image} cannot be pulled yet; trying again` };
  const running = own.find(({ init, state }) => init && state.kind === 'running');
  if (running !== undefined) return { step, detail: `Running init container ${running.name} of pod ${pod.name}` };
  const next = own.find(({ state }) => state.kind === 'waiting');
  return { step, detail: `Starting container ${next?.name ?? container} of pod ${pod.name}` };
}
