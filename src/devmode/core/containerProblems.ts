import { UserError } from '../../base/errors.ts';
import type { ContainerEnd, Pod, PodContainer } from '../../cluster/core/pods.ts';
import type { ImagePull } from './imagePulls.ts';
import { sidecarContainer } from './podObjects.ts';
import { oneRetry, type Problem, problemAt } from './problem.ts';
import type { RolloutTarget } from './progress.ts';

const pullReasons = [
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
];
const createReasons = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'];
/** Answers that another try does not change. */
const finalAnswer =
  /not found|unknown|denied|unauthorized|forbidden|authentication|no match for platform|invalid|neverpull/i;

/** What keeps one container of the dev pod from running; `undefined` when nothing does. */
export function containerProblem(
  target: Pick<RolloutTarget, 'ref'>,
  pod: Pod,
  container: PodContainer,
  pulls: ReadonlyMap<string, ImagePull>,
): Problem | undefined {
  const { state } = container;
  const where = `${container.init ? 'Init container' : 'Container'} ${container.name} of pod ${pod.name} in namespace ${target.ref.namespace}`;
  if (state.kind === 'running') return undefined;
  if (state.kind === 'terminated') return endProblem(where, target, pod, container, state);
  const { reason = '', message = '' } = state;
  const pull = pulls.get(container.image);
  const failed =
    container.imageId === undefined && pull?.kind === 'failed'
      ? pull.message.replace(/^Failed to pull image "[^"]*": /, '')
      : undefined;
  if (pullReasons.includes(reason)) {
    return pullProblem(where, container, reason, registryAnswer(message, failed));
  }
  if (failed !== undefined) return pullProblem(where, container, reason, failed);
  if (createReasons.includes(reason)) return createProblem(where, message || reason);
  if (reason === 'CrashLoopBackOff')
    return problemAt(where, 0, crashError(where, target, pod, container, container.last));
  return undefined;
}

/** What the registry said. The back-off after a failed pull hides it on some servers; the event keeps it. */
function registryAnswer(own: string, failed: string | undefined): string {
  const hidden = own === '' || /^Back-off pulling image "[^"]*"$/.test(own);
  return hidden ? (failed ?? (own || 'no answer was reported')) : own;
}

function pullProblem(where: string, container: PodContainer, reason: string, answer: string): Problem {
  const own = container.name === sidecarContainer;
  const error = new UserError({
    code: 'devmode.image-pull',
    message: `${where} cannot pull image ${container.image}: ${shorten(answer)}`,
    next: own
      ? 'Make the image reachable for the cluster, or name a copy of it in the setting for the sidecar image.'
      : 'Correct the image in .podloop/config.yaml, or give the workload a pull secret for its registry.',
    remedies: [{ kind: 'retry' }, { kind: 'showLog' }],
    detail: answer,
  });
  return problemAt(container.name, finalAnswer.test(`${reason} ${answer}`) ? 0 : oneRetry, error);
}

function createProblem(where: string, reason: string): Problem {
  const root = reason.includes('runAsNonRoot');
  const error = new UserError({
    code: 'devmode.container-create',
    message: `${where} cannot be created: ${shorten(reason)}`,
    next: root
      ? 'Use a dev image that names a user other than root, or set runAsUser in the workload.'
      : 'Create what is missing, or correct the workload, then start again.',
    remedies: [{ kind: 'retry' }, { kind: 'showLog' }],
    detail: reason,
  });
  // A secret or config map may be on its way; a shell that is not in the image is not.
  return problemAt(where, root ? 0 : 3000, error);
}

/** A first failure may pass when it is started again; a second one will not. */
function endProblem(
  where: string,
  target: Pick<RolloutTarget, 'ref'>,
  pod: Pod,
  container: PodContainer,
  end: ContainerEnd,
): Problem | undefined {
  if (end.exitCode === 0) return undefined;
  return problemAt(where, container.restartCount === 0 ? oneRetry : 0, crashError(where, target, pod, container, end));
}

function crashError(
  where: string,
  target: Pick<RolloutTarget, 'ref'>,
  pod: Pod,
  { name, init }: PodContainer,
  end: ContainerEnd | undefined,
): UserError {
  return new UserError({
    code: 'devmode.crash',
    message: `${where} keeps crashing: ${describeEnd(end)}`,
    next: crashAdvice(name, init, end),
    remedies: [
      { kind: 'retry' },
      { kind: 'showLog' },
      { kind: 'podLogs', namespace: target.ref.namespace ?? '', pod: pod.name, container: name },
    ],
    ...(end?.message === undefined ? {} : { detail: end.message }),
  });
}

function describeEnd(last: ContainerEnd | undefined): string {
  if (last === undefined) return 'its end was not reported.';
  const reason = last.reason === undefined || last.reason === 'Error' ? '' : ` (${last.reason})`;
  const said = last.message === undefined || last.message === '' ? '.' : `: ${shorten(last.message)}`;
  return `exit code ${last.exitCode}${reason}${said}`;
}

function crashAdvice(name: string, init: boolean, end: ContainerEnd | undefined): string {
  if (/executable file not found|no such file or directory/.test(end?.message ?? '')) {
    return 'A dev image needs the programs sh and sleep; use another one.';
  }
  if (name === sidecarContainer) return 'See the log for what it said before its end.';
  if (init) return 'The workload itself runs it before its own container; see its log.';
  return 'Use a dev image that can idle with sh, or give the container more memory if it was killed for it.';
}

/** The first lines of a long answer, as one line; the whole is in the log. */
function shorten(answer: string): string {
  const line = answer.replaceAll(/\s+/g, ' ').trim();
  return line.length <= 400 ? line : `${line.slice(0, 399)}…`;
}
