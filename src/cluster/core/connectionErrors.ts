import { isAbortError, toError, UserError } from '../../base/errors.ts';
import { type ApiPlace } from './apiAction.ts';
import { loginExpired, openFile } from './apiErrors.ts';

/** The failure to show for a request that got no answer: no route, refused, reset, TLS trouble, timeout. */
export function connectionError(place: ApiPlace, thrown: unknown): Error {
  const error = toError(thrown);
  if (isAbortError(error) || error instanceof UserError) return error;
  const code = codeOf(error);
  const retry = { kind: 'retry' } as const;
  if (code !== undefined && refusesOurCertificate.test(code)) return loginExpired(place, describe(error));
  if (code !== undefined && isCertificateCode(code)) {
    return new UserError({
      code: 'cluster.certificate',
      message: `The connection of context ${place.context} to ${place.server} is not trusted: ${certificateReason(code, error)}`,
      next: 'Check server and certificate-authority in the kubeconfig file.',
      remedies: [...openFile(place), retry],
      detail: describe(error),
      cause: error,
    });
  }
  if (code === 'ETIMEDOUT' || code === timedOut) {
    return new UserError({
      code: 'cluster.timeout',
      message: `The cluster of context ${place.context} at ${place.server} does not answer.`,
      next: 'Check your network or VPN, then try again.',
      remedies: [retry],
      detail: describe(error),
      cause: error,
    });
  }
  return new UserError({
    code: 'cluster.unreachable',
    message: `The cluster of context ${place.context} at ${place.server} cannot be reached: ${reachReason(code, error)}`,
    next: 'Check that the cluster runs and that your network or VPN is up.',
    remedies: [retry],
    detail: describe(error),
    cause: error,
  });
}

/** The failure of a credential plugin or of reading credentials, before anything was sent. */
export function loginFailed(place: ApiPlace, thrown: unknown): Error {
  const error = toError(thrown);
  if (isAbortError(error) || error instanceof UserError) return error;
  const missing = codeOf(error) === 'ENOENT' ? programOf(error) : undefined;
  const by = place.login === undefined ? '' : ` by ${place.login.command}`;
  return new UserError({
    code: 'cluster.login',
    message:
      missing === undefined
        ? `Logging in to context ${place.context}${by} failed: ${firstLine(error.message)}`
        : `Logging in to context ${place.context} needs ${missing}, which was not found.`,
    next:
      missing === undefined
        ? 'Log in to the cluster again, or correct the user in the kubeconfig file.'
        : (place.login?.installHint ?? 'Install it, or correct its path in the kubeconfig file.'),
    remedies: [{ kind: 'refreshLogin' }, ...openFile(place)],
    detail: describe(error),
    cause: error,
  });
}

/** Code of the errors that `cluster` itself throws for a time limit of its own. */
export const timedOut = 'PODLOOP_TIMED_OUT';

const certificateReasons: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown authority.',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by an unknown authority.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an unknown authority.',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself.',
  CERT_SIGNATURE_FAILURE: 'its certificate is not signed by the authority in the kubeconfig file.',
  CERT_UNTRUSTED: 'its certificate is signed by an authority that is not trusted.',
  CERT_HAS_EXPIRED: 'its certificate has expired.',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; check the clock of this machine.',
};

function isCertificateCode(code: string): boolean {
  return code in certificateReasons || code === 'EPROTO' || /^ERR_(TLS|SSL|OSSL)_/.test(code);
}

/** Alerts that a server sends about the certificate of the user. */
const refusesOurCertificate = /^ERR_SSL_\w+_ALERT_(\w*CERTIFICATE\w*|UNKNOWN_CA|ACCESS_DENIED)$/;

function certificateReason(code: string, error: Error): string {
  const reason = opensslReason(error);
  if (reason === 'wrong version number') return 'it does not speak TLS.';
  return certificateReasons[code] ?? sentence(firstLine(reason));
}

/** OpenSSL's own words: Node gives them apart for some errors only, in others they are a part of a line of codes. */
function opensslReason(error: Error): string {
  if ('reason' in error && typeof error.reason === 'string') return error.reason;
  return /:SSL routines:[^:]*:([^:]+):/.exec(error.message)?.[1] ?? error.message;
}

const reachReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused.',
  ECONNRESET: 'the connection broke.',
  EPIPE: 'the connection broke.',
  ENOTFOUND: 'its name is not known.',
  EAI_AGAIN: 'its name cannot be looked up now.',
  EHOSTUNREACH: 'there is no route to it.',
  ENETUNREACH: 'there is no network.',
};

function reachReason(code: string | undefined, error: Error): string {
  return reachReasons[code ?? ''] ?? sentence(firstLine(error.message));
}

/** The system's or OpenSSL's code; of several attempts in one error, that of the first. */
function codeOf(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) {
    const [first] = error.errors as readonly unknown[];
    if (first instanceof Error) return codeOf(first);
  }
  return error.cause instanceof Error ? codeOf(error.cause) : undefined;
}

function programOf(error: Error): string | undefined {
  return 'path' in error && typeof error.path === 'string' ? error.path : undefined;
}

function describe(error: Error): string {
  return [codeOf(error), error.message].filter((part) => part !== undefined && part !== '').join(': ');
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

function sentence(text: string): string {
  return text === '' ? 'unknown reason.' : /[.!?]$/.test(text) ? text : `${text}.`;
}
