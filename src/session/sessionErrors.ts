import { UserError } from '../base/errors.ts';
import type { LocalPath } from '../base/paths.ts';

/** Run or Debug was asked for, but nobody said what to start. */
export function noCommandError(kind: 'run' | 'debug', folder: LocalPath): UserError {
  return new UserError({
    code: 'session.no-command',
    message: `No ${kind} command is known for ${folder}.`,
    next: `Set '${kind}' in .podloop/config.yaml, for example: ${kind}: npm start.`,
  });
}

/** What ran in the pod did not end in time. */
export function notStoppedError(cause: unknown): UserError {
  return new UserError({
    code: 'session.not-stopped',
    message: 'What ran in the pod did not end within 15 seconds.',
    next: 'Look into the pod with Open Terminal, or try again.',
    cause,
  });
}
