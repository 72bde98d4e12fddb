import { UserError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { numberField, objectField, objectsField, textField } from './fields.ts';

/** A container of a pod. */
export interface ContainerPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** The container that a process was to run in, and its command line. */
export interface ProcessPlace extends ContainerPlace {
  readonly command: readonly string[];
}

/** The port that a connection was to reach. */
export interface PortPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** How a process ended, by the `Status` object that closes its stream: its exit code, or why it has none. */
export function readProcessEnd(status: Json, place: ProcessPlace): number | UserError {
  const body = objectField(status);
  if (body.status === 'Success') return 0;
  if (body.reason === 'NonZeroExitCode') {
    const cause = objectsField(objectField(body.details).causes).find(({ reason }) => reason === 'ExitCode');
    return Number.parseInt(textField(cause?.message) ?? '1', 10);
  }
  return processFailure(place, textField(body.message) ?? 'unknown reason', numberField(body.code, 0));
}

/** The failure of a process whose connection broke before its end was known. */
export function processLost({ pod, namespace }: ProcessPlace, cause: Error | undefined): UserError {
  return lost(`the process in Pod ${pod} in namespace ${namespace}`, cause);
}

/** The failure of a log whose connection broke before its end. */
export function logLost({ pod, container, namespace }: ContainerPlace, cause: Error): UserError {
  return lost(`the log of container ${container} of Pod ${pod} in namespace ${namespace}`, cause);
}

/** The failure of a forwarded connection that broke without a word. */
export function portLost({ namespace, pod, port }: PortPlace, cause: Error): UserError {
  return lost(`port ${port} of Pod ${pod} in namespace ${namespace}`, cause);
}

/** The failure of a forwarded connection, by what the kubelet wrote to its error channel. */
export function portFailure({ namespace, pod, port }: PortPlace, text: string): UserError {
  const where = `Pod ${pod} in namespace ${namespace}`;
  const retry = [{ kind: 'retry' }] as const;
  // The kubelet hands on the words of the container runtime: there is no structure to decide by.
  if (/connection refused/i.test(text)) {
    return new UserError({
      code: 'cluster.port-closed',
      message: `Nothing listens on port ${port} of ${where}.`,
      next: 'Start the program that listens there, or choose another port.',
      remedies: retry,
      detail: text,
    });
  }
  if (/connection reset|broken pipe/i.test(text)) {
    return new UserError({
      code: 'cluster.port-reset',
      message: `The program behind port ${port} of ${where} broke the connection.`,
      next: 'Look at the log of the container.',
      detail: text,
    });
  }
  if (/sandbox|network namespace|not running|not found/i.test(text)) {
    return new UserError({
      code: 'cluster.not-running',
      message: `${where} is not running.`,
      next: 'Wait until the pod runs, then try again.',
      remedies: retry,
      detail: text,
    });
  }
  return new UserError({
    code: 'cluster.port-forward',
    message: `Cannot reach port ${port} of ${where}: ${sentence(text)}`,
    next: 'Try again; if it stays, look at the kubelet of the node.',
    remedies: retry,
    detail: text,
  });
}

function lost(what: string, cause: Error | undefined): UserError {
  return new UserError({
    code: 'cluster.disconnected',
    message: `The connection to ${what} broke.`,
    next: 'The pod may have been deleted, or the network was interrupted; try again.',
    remedies: [{ kind: 'retry' }],
    ...(cause === undefined ? {} : { detail: cause.message, cause }),
  });
}

function processFailure(place: ProcessPlace, text: string, code: number): UserError {
  const { namespace, pod, container, command } = place;
  const where = `container ${container} of Pod ${pod} in namespace ${namespace}`;
  const detail = `${code} ${text}`;
  if (/executable file not found|no such file or directory/i.test(text)) {
    return new UserError({
      code: 'cluster.command-not-found',
      message: `There is no program ${command[0] ?? ''} in ${where}.`,
      next: 'Use an image that has it, or another program.',
      detail,
    });
  }
  if (/container not found|not running|CONTAINER_EXITED|not created|no running task/i.test(text)) {
    return new UserError({
      code: 'cluster.not-running',
      message: `Cannot run ${command[0] ?? ''}: ${where} is not running.`,
      next: 'Wait until the container runs, then try again.',
      remedies: [{ kind: 'retry' }],
      detail,
    });
  }
  return new UserError({
    code: 'cluster.exec-failed',
    message: `Cannot run ${command[0] ?? ''} in ${where}: ${sentence(text)}`,
    next: 'Try again; if it stays, look at the kubelet of the node.',
    remedies: [{ kind: 'retry' }],
    detail,
  });
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
