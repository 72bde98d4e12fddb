import { UserError } from '../../base/errors.ts';
import { objectsField, textField } from '../../cluster/core/fields.ts';
import { describeRef, type KubeObject } from '../../cluster/core/objects.ts';
import { readWorkload } from '../../cluster/core/workloads.ts';
import { developableKind } from './developableKinds.ts';
import { type Problem, problemAt } from './problem.ts';
import type { RolloutTarget } from './progress.ts';
import { recordAnnotation } from './record.ts';
import { pausedError } from './refusals.ts';

/** What happened to the workload itself while its dev pod was waited for; `undefined` when nothing did. */
export function workloadProblem(target: RolloutTarget, workload: KubeObject | 'gone' | undefined): Problem | undefined {
  if (workload === undefined) return undefined;
  if (workload !== 'gone' && (workload.metadata.generation ?? 0) < target.generation) return undefined;
  const name = describeRef(target.ref);
  const error =
    workload === 'gone' || workload.metadata.deletionTimestamp !== undefined
      ? deletedError(name)
      : (revertedError(name, target, workload) ?? pausedError(name, workload) ?? stuckError(target, name, workload));
  return error === undefined ? undefined : problemAt(name, 0, error);
}

function deletedError(name: string): UserError {
  return new UserError({
    code: 'devmode.gone',
    message: `${name} was deleted while dev mode was starting.`,
    next: 'Your files are untouched. Deploy it again to develop it.',
  });
}

function revertedError(name: string, target: RolloutTarget, workload: KubeObject): UserError | undefined {
  // The session's id is random, so the text alone tells whose record it is, whatever version wrote it.
  if (workload.metadata.annotations?.[recordAnnotation]?.includes(target.session) === true) return undefined;
  const manager = lastManager(workload);
  return new UserError({
    code: 'devmode.reverted',
    message: `${name} was put back by somebody else${manager === undefined ? '' : ` (${manager})`} while dev mode was starting.`,
    next: 'If a GitOps controller or an operator owns the workload, pause it for this workload, then start again.',
    remedies: [{ kind: 'retry' }, { kind: 'showLog' }],
  });
}

/** Who wrote the object's fields last, as the server's bookkeeping names clients. */
function lastManager(workload: KubeObject): string | undefined {
  const [last] = objectsField(workload.metadata.managedFields)
    .filter(({ subresource }) => subresource === undefined)
    .toSorted((a, b) => (textField(b.time) ?? '').localeCompare(textField(a.time) ?? ''));
  return last === undefined ? undefined : textField(last.manager);
}

function stuckError(target: RolloutTarget, name: string, workload: KubeObject): UserError | undefined {
  const { observed, conditions } = readWorkload(developableKind(target.ref), workload);
  const progressing = conditions.find(({ type }) => type === 'Progressing');
  // What stands there before the controller has seen the change speaks of an earlier rollout.
  if (!observed || progressing?.status !== 'False') return undefined;
  const late = progressing.reason === 'ProgressDeadlineExceeded';
  return new UserError({
    code: late ? 'devmode.deadline' : 'devmode.rollout',
    message: late
      ? `The dev pod of ${name} did not start within the workload's progress deadline.`
      : `${name} cannot be rolled out: ${progressing.message ?? progressing.reason ?? 'no reason was reported'}`,
    next: 'See the log for what the pod was waiting for, then start again.',
    remedies: [{ kind: 'retry' }, { kind: 'showLog' }],
  });
}
