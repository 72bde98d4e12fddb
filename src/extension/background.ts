import { isAbortError, toError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

/** Lets work go on that nobody waits for; a failure goes to the log, cancellation goes unsaid. */
export function inBackground(log: Log, doing: string, work: Promise<unknown> | Thenable<unknown>): void {
  work.then(undefined, (error: unknown) => {
    if (!isAbortError(error)) log.warn(`${doing} failed: ${toError(error).message}`);
  });
}
