import { type Remedy, UserError } from '../../base/errors.ts';
import { textField } from '../../cluster/core/fields.ts';
import type { KubeObject } from '../../cluster/core/objects.ts';
import type { ContainerEnd, Pod, PodContainer } from '../../cluster/core/pods.ts';
import { sidecarContainer } from './podObjects.ts';
import { type Problem, problemAt } from './problem.ts';
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
/** The kubelet's own first pause between pulls, in milliseconds. */
const pullRetry = 10_000;
/** Answers that another try does not change. */
const finalAnswer =
  /not found|unknown|denied|unauthorized|forbidden|authentication|no match for platform|invalid|neverpull/i;

/** Whether a container waits because its image could not be pulled yet. */
export function lacksImage({ state }: PodContainer): boolean {
  return state.kind === 'waiting' && pullReasons.includes(state.reason ?? '');
}

/** What keeps one container of the dev pod from running; `undefined` when nothing does. */
export function containerProblem(
  target: Pick<RolloutTarget, 'ref'>,
  pod: Pod,
  container: PodContainer,
  events: readonly KubeObject[],
): Problem | undefined {
  if (container.state.kind !== 'waiting') return undefined;
  const { reason = '', message = '' } = container.state;
  const where = `${container.init ? 'Init container' : 'Container'} ${container.name} of pod ${pod.name} in namespace ${target.ref.namespace}`;
  if (pullReasons.includes(reason))
    return pullProblem(where, container, reason, registryAnswer(container.image, message, events));
  if (createReasons.includes(reason)) return createProblem(where, message || reason);
  if (reason === 'CrashLoopBackOff') return crashProblem(where, target, pod, container);
  return undefined;
}

/** What the registry said. The back-off after a failed pull hides it on some servers; the event keeps it. */
function registryAnswer(image: string, own: string, events: readonly KubeObject[]): string {
  if (own !== '' && !/^Back-off pulling image "[^"]*"$/.test(own)) return own;
  const failed = events
    .flatMap(({ message }) => textField(message) ?? [])
    .findLast((message) => message.startsWith(`Failed to pull image "${image}"`));
  return failed ?? (own || 'no answer was reported');
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
  return problemAt(container.name, finalAnswer.test(`${reason} ${answer}`) ? 0 : pullRetry, error);
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

function crashProblem(where: string, target: Pick<RolloutTarget, 'ref'>, pod: Pod, container: PodContainer): Problem {
  const remedies: Remedy[] = [
    { kind: 'retry' },
    { kind: 'showLog' },
    { kind: 'podLogs', namespace: target.ref.namespace ?? '', pod: pod.name, container: container.name },
  ];
  const error = new UserError({
    code: 'devmode.crash',
    message: `${where} keeps crashing: ${describeEnd(container.last)}`,
    next: crashAdvice(container),
    remedies,
    ...(container.last?.message === undefined ? {} : { detail: container.last.message }),
  });
  return problemAt(where, 0, error);
}

function describeEnd(last: ContainerEnd | undefined): string {
  if (last === undefined) return 'its end was not reported.';
  const reason = last.reason === undefined || last.reason === 'Error' ? '' : ` (${last.reason})`;
  const said = last.message === undefined || last.message === '' ? '.' : `: ${shorten(last.message)}`;
  return `exit code ${last.exitCode}${reason}${said}`;
}

function crashAdvice(container: PodContainer): string {
  if (/executable file not found|no such file or directory/.test(container.last?.message ?? '')) {
    return 'A dev image needs the programs sh and sleep; use another one.';
  }
  if (container.name === sidecarContainer) return 'See the log for what it said before its end.';
  if (container.init) return 'The workload itself runs it before its own container; see its log.';
  return 'Use a dev image that can idle with sh, or give the container more memory if it was killed for it.';
}

/** The first lines of a long answer, as one line; the whole is in the log. */
function shorten(answer: string): string {
  const line = answer.replaceAll(/\s+/g, ' ').trim();
  return line.length <= 400 ? line : `${line.slice(0, 399)}…`;
}
