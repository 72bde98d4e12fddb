import { type Remedy, UserError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { isJsonObject } from '../../base/json.ts';
import { accessManifest } from './accessRule.ts';
import { type ApiAction, type ApiPlace, describeAction } from './apiAction.ts';
import { numberField, objectField, objectsField, textField } from './fields.ts';

/** The `Status` object of a failed request, as far as the server sent one. */
export interface ApiStatus {
  /** HTTP status code. */
  readonly code: number;
  /** A machine word like `NotFound`; '' when the answer did not come from a Kubernetes API server. */
  readonly reason: string;
  readonly message: string;
  readonly causes: readonly { readonly reason: string; readonly field: string; readonly message: string }[];
  /** How long the server asks to wait before trying again. */
  readonly retryAfterSeconds: number | undefined;
}

/** Reads the body of a failed request; a body that is no `Status` object becomes the message, cut to a line. */
export function readStatus(code: number, body: string): ApiStatus {
  const status = parseStatus(body);
  if (status === undefined) {
    return { code, reason: '', message: firstLine(body), causes: [], retryAfterSeconds: undefined };
  }
  const details = objectField(status.details);
  const wait = numberField(details.retryAfterSeconds, 0);
  return {
    code: numberField(status.code, code),
    reason: textField(status.reason) ?? '',
    message: textField(status.message) ?? '',
    causes: objectsField(details.causes).map(({ reason, field, message }) => ({
      reason: textField(reason) ?? '',
      field: textField(field) ?? '',
      message: textField(message) ?? '',
    })),
    retryAfterSeconds: wait > 0 ? wait : undefined,
  };
}

/** The failure to show for a request that the API server, or something in front of it, answered with an error. */
export function statusError(place: ApiPlace, action: ApiAction, status: ApiStatus): UserError {
  const cannot = `Cannot ${describeAction(action)}`;
  const detail = `HTTP ${status.code} ${status.reason}: ${status.message}`;
  const say = (code: string, message: string, next: string, remedies: readonly Remedy[] = []): UserError =>
    new UserError({ code: `cluster.${code}`, message, next, remedies, detail });
  const retry: readonly Remedy[] = [{ kind: 'retry' }];

  switch (kindOf(status)) {
    case 'login-expired':
      return loginExpired(place, detail);
    case 'forbidden':
      return forbidden(place, action, status, detail);
    case 'quota-exceeded':
      return say(
        'quota-exceeded',
        `${cannot}: ${afterColon(status.message)}.`,
        'Free some of the quota or have it raised.',
      );
    case 'namespace-ending':
      return say('namespace-ending', `${cannot}: the namespace is being deleted.`, 'Use another namespace.');
    case 'policy-refused':
      return say(
        'policy-refused',
        `${cannot}: a policy of the cluster refuses it. ${sentence(status.message)}`,
        'Change what the policy names, or ask who runs the cluster.',
      );
    case 'not-found':
      return say(
        'not-found',
        `${cannot}: it does not exist.`,
        'It may have been deleted; refresh and try again.',
        retry,
      );
    case 'already-exists':
      return say('already-exists', `${cannot}: it exists already.`, 'Choose another name or delete the existing one.');
    case 'conflict':
      return say('conflict', `${cannot}: it was changed by someone else meanwhile.`, 'Try again.', retry);
    case 'invalid':
      return say('invalid', `${cannot}: ${invalidFields(status)}`, 'Correct the named fields.');
    case 'too-many-requests':
      return say(
        'too-many-requests',
        `${cannot}: the API server has too many requests.`,
        'Try again in a while.',
        retry,
      );
    case 'timeout':
      return say('timeout', `${cannot}: ${place.server} took too long to answer.`, 'Try again.', retry);
    case 'expired':
      return say('expired', `${cannot}: the server no longer has that version.`, 'Try again.', retry);
    case 'server':
      return say(
        'server',
        `${cannot}: ${place.server} answered with an error. ${sentence(status.message)}`,
        'Try again; if it stays, look at the API server.',
        retry,
      );
  }
}

/** The failure of an answer that says success but holds something else than was asked for. */
export function malformedAnswer(place: ApiPlace, action: ApiAction): UserError {
  return new UserError({
    code: 'cluster.server',
    message: `Cannot ${describeAction(action)}: ${place.server} answered with something that is not a Kubernetes object.`,
    next: 'Check that the server in the kubeconfig file is a Kubernetes API server.',
    remedies: [...openFile(place), { kind: 'retry' }],
  });
}

/** The failure of an expired or refused login. */
export function loginExpired(place: ApiPlace, detail?: string): UserError {
  return new UserError({
    code: 'cluster.login-expired',
    message: `The login of context ${place.context} has expired or is not valid at ${place.server}.`,
    next:
      place.login === undefined
        ? 'Log in to the cluster again.'
        : `Log in to the cluster again; the kubeconfig file gets the login from ${place.login.command}.`,
    remedies: [{ kind: 'refreshLogin' }, ...openFile(place)],
    ...(detail === undefined ? {} : { detail }),
  });
}

/** Remedy that opens the kubeconfig file of the place, if it has one. */
export function openFile({ file }: ApiPlace): readonly Remedy[] {
  return file === undefined ? [] : [{ kind: 'openFile', path: file }];
}

type Kind =
  | 'login-expired'
  | 'forbidden'
  | 'quota-exceeded'
  | 'namespace-ending'
  | 'policy-refused'
  | 'not-found'
  | 'already-exists'
  | 'conflict'
  | 'invalid'
  | 'too-many-requests'
  | 'timeout'
  | 'expired'
  | 'server';

const kindByReason: Readonly<Record<string, Kind>> = {
  Unauthorized: 'login-expired',
  NotFound: 'not-found',
  AlreadyExists: 'already-exists',
  Conflict: 'conflict',
  Gone: 'expired',
  Expired: 'expired',
  Invalid: 'invalid',
  Timeout: 'timeout',
  ServerTimeout: 'timeout',
  TooManyRequests: 'too-many-requests',
  BadRequest: 'invalid',
  UnsupportedMediaType: 'invalid',
  RequestEntityTooLarge: 'invalid',
};

const kindByCode: Readonly<Record<number, Kind>> = {
  400: 'invalid',
  401: 'login-expired',
  404: 'not-found',
  408: 'timeout',
  409: 'conflict',
  410: 'expired',
  413: 'invalid',
  415: 'invalid',
  422: 'invalid',
  429: 'too-many-requests',
  504: 'timeout',
};

function kindOf(status: ApiStatus): Kind {
  if (status.causes.some(({ reason }) => reason === 'NamespaceTerminating')) return 'namespace-ending';
  // Webhooks choose their code and reason freely; the server's own prefix is the only mark of their refusal.
  if (status.message.startsWith('admission webhook ')) return 'policy-refused';
  if (status.code === 403) return kindOfForbidden(status.message);
  return kindByReason[status.reason] ?? kindByCode[status.code] ?? 'server';
}

/** Missing rights, a used up quota and a refusal by policy share code and reason: only the text tells them apart. */
function kindOfForbidden(message: string): Kind {
  if (rbacRefusal.test(message)) return 'forbidden';
  if (message.includes('exceeded quota:')) return 'quota-exceeded';
  return message.includes('is forbidden:') ? 'policy-refused' : 'forbidden';
}

const rbacRefusal = /User "([^"]*)" cannot (\S+) (?:resource|path) /;

function forbidden(place: ApiPlace, action: ApiAction, status: ApiStatus, detail: string): UserError {
  const user = rbacRefusal.exec(status.message)?.[1];
  const who = user === undefined ? 'Your account' : `User ${user}`;
  const manifest = user === undefined ? undefined : accessManifest(user, action);
  const remedies: Remedy[] = [];
  if (manifest !== undefined) remedies.push({ kind: 'copyText', label: 'Copy Access Rule', text: manifest });
  if (action.type?.kind === 'Namespace' && action.verb !== 'get') remedies.push({ kind: 'nameNamespace' });
  return new UserError({
    code: 'cluster.forbidden',
    message: `${who} may not ${describeAction(action)} (${ruleWords(action)}) on ${place.server}.`,
    next: 'Ask who runs the cluster for this right.',
    remedies,
    detail,
  });
}

/** The right as access rules spell it: `patch deployments.apps`, `create pods/exec`. */
function ruleWords({ verb, type, subresource }: ApiAction): string {
  if (type === undefined) return verb;
  const resource = type.group === '' ? type.plural : `${type.plural}.${type.group}`;
  return `${verb} ${subresource === undefined ? resource : `${resource}/${subresource}`}`;
}

function invalidFields({ causes, message }: ApiStatus): string {
  if (causes.length === 0) return sentence(message);
  return sentence(causes.map(({ field, message: why }) => (field === '' ? why : `${field}: ${why}`)).join('; '));
}

/** What follows the object's name in the server's message: `pods "x" is forbidden: exceeded quota: …`. */
function afterColon(message: string): string {
  const start = message.indexOf('is forbidden: ');
  return start < 0 ? message : message.slice(start + 'is forbidden: '.length);
}

function sentence(text: string): string {
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`;
}

function firstLine(body: string): string {
  const line = body.trim().split('\n', 1)[0] ?? '';
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

function parseStatus(body: string): { readonly [key: string]: Json | undefined } | undefined {
  let value: Json;
  try {
    value = JSON.parse(body) as Json;
  } catch {
    // A proxy in front of the API server answers in HTML or plain text.
    return undefined;
  }
  return isJsonObject(value) && value.kind === 'Status' ? value : undefined;
}
