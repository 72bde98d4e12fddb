import * as vscode from 'vscode';
import { isAbortError, type Remedy, toError, unreachable, UserError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { errorText, remedyTitle } from '../present/errorText.ts';
import type { CommandId } from './contributions.ts';

/** What a failed action was, for its report. */
export interface Attempt {
  /** `Start Develop`. */
  readonly title: string;
  /** Tries the same again. */
  readonly retry: (() => void) | undefined;
  /** What the action was about, for remedies that are about the same. */
  readonly subject: unknown;
}

/** Buttons of a notification beside the log's. */
const maxRemedies = 2;

/**
 * Writes a failure to the log and shows it with its remedies as buttons. Cancellation is no failure and shows nothing.
 * Resolves when the notification is gone.
 */
export async function reportFailure(error: unknown, attempt: Attempt, log: Log): Promise<void> {
  if (isAbortError(error)) {
    log.debug(`${attempt.title}: cancelled.`);
    return;
  }
  logFailure(error, attempt.title, log);
  const { message, remedies } = errorText(error, attempt.title);
  const offered = remedies
    .filter((remedy) => remedy.kind !== 'showLog' && (remedy.kind !== 'retry' || attempt.retry !== undefined))
    .slice(0, maxRemedies);
  const buttons = [...offered.map(remedyTitle), 'Show Log'];
  const chosen = await vscode.window.showErrorMessage(message, ...buttons);
  if (chosen === undefined) return;
  const remedy = offered.find((candidate) => remedyTitle(candidate) === chosen) ?? { kind: 'showLog' };
  await carryOut(remedy, attempt);
}

function logFailure(error: unknown, title: string, log: Log): void {
  const { message, stack } = toError(error);
  if (error instanceof UserError) {
    log.error(`${title} failed with ${error.code}: ${message}`);
    if (error.detail !== undefined) log.error(`  ${error.detail.replaceAll('\n', '\n  ')}`);
    for (let cause = error.cause; cause !== undefined; cause = toError(cause).cause) {
      log.error(`  caused by: ${toError(cause).message}`);
    }
  } else log.error(`${title} failed: ${stack ?? message}`);
}

async function carryOut(remedy: Remedy, { retry, subject }: Attempt): Promise<void> {
  switch (remedy.kind) {
    case 'retry':
      retry?.();
      return;
    case 'showLog':
      return run('podloop.showLog');
    case 'openSettings':
      await vscode.commands.executeCommand('workbench.action.openSettings', remedy.setting);
      return;
    case 'openFile':
      await vscode.window.showTextDocument(vscode.Uri.file(remedy.path));
      return;
    case 'addKubeconfig':
      return run('podloop.addKubeconfig');
    case 'refreshLogin':
      return run('podloop.refreshLogin', subject);
    case 'nameNamespace':
      return run('podloop.useNamespace', subject);
    case 'copyText':
      await vscode.env.clipboard.writeText(remedy.text);
      return;
    case 'podLogs':
      return run('podloop.showLogs', { ...remedy, subject });
    case 'endDevMode':
      return run('podloop.endDevelop', subject);
    case 'reconnect':
      return run('podloop.reconnect', subject);
    case 'resumeSync':
      return run('podloop.resumeSync', subject);
    default:
      return unreachable(remedy);
  }
}

async function run(command: CommandId, ...args: readonly unknown[]): Promise<void> {
  await vscode.commands.executeCommand(command, ...args);
}
