import { type Remedy, toError, UserError } from '../base/errors.ts';

/** An error in the words that a person reads. */
export interface ErrorText {
  /** What happened, then what to do next. */
  readonly message: string;
  readonly remedies: readonly Remedy[];
}

/** What to say about anything thrown. `doing` names what was attempted, for errors that nobody wrote for people. */
export function errorText(thrown: unknown, doing: string): ErrorText {
  if (thrown instanceof UserError) {
    return { message: sentences(thrown.message, thrown.next), remedies: thrown.remedies };
  }
  return { message: `${doing} failed: ${toError(thrown).message}`, remedies: [] };
}

/** The title of the button that carries a remedy out. */
export function remedyTitle(remedy: Remedy): string {
  switch (remedy.kind) {
    case 'retry':
      return 'Try Again';
    case 'showLog':
      return 'Show Log';
    case 'openSettings':
      return 'Open Settings';
    case 'openFile':
      return 'Open File';
    case 'addKubeconfig':
      return 'Add Kubeconfig File...';
    case 'refreshLogin':
      return 'Log In Again';
    case 'nameNamespace':
      return 'Use Namespace...';
    case 'copyText':
      return remedy.label;
    case 'podLogs':
      return 'Show Pod Logs';
    case 'endDevMode':
      return 'End Develop';
    case 'reconnect':
      return 'Reconnect';
    case 'resumeSync':
      return 'Resume Sync';
  }
}

/** Joins what happened and what to do, each ending as a sentence. */
export function sentences(...parts: readonly (string | undefined)[]): string {
  return parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => (/[.!?:]$/.test(part ?? '') ? part : `${part}.`))
    .join(' ');
}
