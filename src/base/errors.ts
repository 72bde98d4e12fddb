/** What a button beside an error message can do; the host maps each kind to a command. */
export type Remedy =
  | { readonly kind: 'retry' }
  | { readonly kind: 'showLog' }
  | { readonly kind: 'openSettings'; readonly setting: string }
  | { readonly kind: 'openFile'; readonly path: string }
  | { readonly kind: 'addKubeconfig' }
  | { readonly kind: 'refreshLogin' }
  | { readonly kind: 'nameNamespace' }
  | { readonly kind: 'copyText'; readonly label: string; readonly text: string }
  | { readonly kind: 'podLogs'; readonly namespace: string; readonly pod: string; readonly container: string }
  | { readonly kind: 'endDevMode' }
  | { readonly kind: 'reconnect' }
  | { readonly kind: 'resumeSync' };

/** The fields of a `UserError`. */
export interface UserErrorInit {
  /** Stable, dotted, lower case: `cluster.forbidden`, `devmode.image-pull`. Code decides by it, never by the text. */
  readonly code: string;
  /** What happened, naming the thing: "Pod web-7d9f in namespace shop cannot pull image node:99." */
  readonly message: string;
  /** What to do next, as a sentence. */
  readonly next?: string;
  readonly remedies?: readonly Remedy[];
  /** Lines for the log that would be too much in a notification. */
  readonly detail?: string;
  readonly cause?: unknown;
}

/** A failure that a person is meant to read. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: string;
  readonly next: string | undefined;
  readonly remedies: readonly Remedy[];
  readonly detail: string | undefined;

  constructor(init: UserErrorInit) {
    super(init.message, { cause: init.cause });
    this.code = init.code;
    this.next = init.next;
    this.remedies = init.remedies ?? [];
    this.detail = init.detail;
  }
}

/** Cancellation by the user or by a closing scope: never shown as an error. */
export class AbortError extends Error {
  override readonly name = 'AbortError';
  constructor(message = 'Cancelled') {
    super(message);
  }
}

/** Whether `error` means "cancelled", from our own code or from Node's and the browser's APIs. */
export function isAbortError(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** The error to throw for an aborted signal: its own reason if that is an error, an `AbortError` otherwise. */
export function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new AbortError();
}

/** Turns anything thrown into an `Error` without losing it. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}

/** Adds what was being attempted in front of an error: `Cannot read folder /x: EACCES`. */
export function wrapError(verb: string, target: string, cause: unknown): Error {
  return new Error(`Cannot ${verb} ${target}: ${toError(cause).message}`, { cause });
}

/** The end of an exhaustive switch; reaching it means a closed union grew without its reader. */
export function unreachable(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
