import { UserError } from '../../base/errors.ts';
import { textField } from '../../cluster/core/fields.ts';
import type { KubeObject } from '../../cluster/core/objects.ts';
import type { Pod } from '../../cluster/core/pods.ts';
import { oneRetry, type Problem, problemAt } from './problem.ts';
import type { RolloutTarget } from './progress.ts';

/** Warnings of the kubelet about what a pod needs before any of its containers can start. */
const setupReasons = ['FailedMount', 'FailedAttachVolume', 'FailedMapVolume', 'FailedCreatePodSandBox'];
/** Events of autoscalers that are making room. */
const roomReasons = ['TriggeredScaleUp', 'Nominated'];

/** What keeps the dev pod as a whole from starting; `undefined` when nothing does. */
export function podProblem(
  target: Pick<RolloutTarget, 'ref'>,
  pod: Pod,
  events: readonly KubeObject[],
): Problem | undefined {
  const where = `Pod ${pod.name} in namespace ${target.ref.namespace}`;
  if (pod.node === undefined) return scheduleProblem(where, pod, events);
  const idle = pod.containers.every(({ state }) => state.kind === 'waiting');
  const warning = events.findLast(({ reason }) => setupReasons.includes(textField(reason) ?? ''));
  if (!idle || warning === undefined) return undefined;
  const error = new UserError({
    code: 'devmode.pod-setup',
    message: `${where} cannot be set up on node ${pod.node}: ${textField(warning.message) ?? 'no reason was reported'}`,
    next: 'Create the volume, secret or config map that is missing, then start again.',
    remedies: [{ kind: 'retry' }, { kind: 'showLog' }],
  });
  // A volume that another node still holds, or a secret on its way, is ordinary for a while.
  return problemAt(where, 2 * oneRetry, error);
}

function scheduleProblem(where: string, pod: Pod, events: readonly KubeObject[]): Problem | undefined {
  if (pod.unschedulable === undefined) return undefined;
  if (events.some(({ reason }) => roomReasons.includes(textField(reason) ?? ''))) return undefined;
  const error = new UserError({
    code: 'devmode.unschedulable',
    message: `${where} finds no node: ${pod.unschedulable}`,
    next: 'Free resources or add a node, or lower what the workload requests, then start again.',
    remedies: [{ kind: 'retry' }, { kind: 'showLog' }],
  });
  return problemAt(where, oneRetry, error);
}
