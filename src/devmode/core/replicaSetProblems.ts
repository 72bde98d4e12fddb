import { UserError } from '../../base/errors.ts';
import { readConditions } from '../../cluster/core/conditions.ts';
import { objectField, textField } from '../../cluster/core/fields.ts';
import { describeRef, type KubeObject } from '../../cluster/core/objects.ts';
import { oneRetry, type Problem, problemAt } from './problem.ts';
import type { RolloutTarget } from './progress.ts';

interface Refusal {
  readonly code: string;
  readonly test: RegExp;
  readonly grace: number;
  readonly next: string;
}

/** Who refuses pods, by what the refusal says. */
const refusals: readonly Refusal[] = [
  {
    code: 'devmode.pod-security',
    test: /violates PodSecurity/,
    grace: 0,
    next: 'Give the workload the security context that the namespace asks for (runAsNonRoot, no privilege escalation, all capabilities dropped, seccomp RuntimeDefault), then start again.',
  },
  {
    code: 'devmode.quota',
    test: /exceeded quota|failed quota/,
    // Old pods of the workload may still be on their way out.
    grace: oneRetry,
    next: 'Free resources in the namespace or ask for a larger quota, then start again.',
  },
  {
    code: 'devmode.admission',
    test: /admission webhook .* denied|ValidatingAdmissionPolicy/,
    grace: 0,
    next: 'Change what the policy objects to, or ask who runs it for an exception.',
  },
];

const other: Omit<Refusal, 'test'> = {
  code: 'devmode.pod-refused',
  grace: oneRetry,
  next: 'Correct what the message names, then start again.',
};

/** Why no pod of the session is made, as its replica sets say; `undefined` when nothing stands in the way. */
export function replicaSetProblem(target: RolloutTarget, replicaSets: readonly KubeObject[]): Problem | undefined {
  for (const replicaSet of replicaSets) {
    const failure = readConditions(objectField(replicaSet.status).conditions).find(
      ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
    );
    if (failure !== undefined) return refusedPod(target, failure.message ?? 'no reason was reported');
  }
  return undefined;
}

/** Why no pod is made, as the events of a controller say which makes pods itself. */
export function creationProblem(target: RolloutTarget, events: readonly KubeObject[]): Problem | undefined {
  const failure = events.findLast(
    ({ reason, involvedObject, lastTimestamp, eventTime }) =>
      reason === 'FailedCreate' &&
      objectField(involvedObject).kind === target.maker?.kind &&
      (textField(lastTimestamp) ?? textField(eventTime) ?? '') >= (target.since ?? ''),
  );
  if (failure === undefined) return undefined;
  return refusedPod(target, textField(failure.message) ?? 'no reason was reported');
}

/** The problem of a pod that the API server does not take. */
export function refusedPod(target: Pick<RolloutTarget, 'ref'>, message: string): Problem {
  const { code, grace, next } = refusals.find(({ test }) => test.test(message)) ?? other;
  const error = new UserError({
    code,
    // The server speaks of a pod that nobody has ever seen.
    message: `The cluster refuses the dev pod of ${describeRef(target.ref)}: ${message.replace(/^.*?pods "[^"]*" is forbidden: /, '')}`,
    next,
    remedies: [{ kind: 'retry' }, { kind: 'showLog' }],
  });
  return problemAt(target.ref.name, grace, error);
}
