import type { CancellationToken } from 'vscode';
import { AbortError } from '../base/errors.ts';

/** The signal of a VS Code cancellation token: below the host, cancellation is an `AbortSignal` everywhere. */
export function toSignal(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort(new AbortError());
  else token.onCancellationRequested(() => controller.abort(new AbortError()));
  return controller.signal;
}

/** What a prompt gave; throws `AbortError` when the user dismissed it. */
export async function answered<T>(prompt: Thenable<T | undefined>): Promise<T> {
  const answer = await prompt;
  if (answer === undefined) throw new AbortError();
  return answer;
}
