import * as vscode from 'vscode';
import type { Log } from '../base/log.ts';
import { inBackground } from './background.ts';
import { type CommandId, commandIds } from './contributions.ts';
import { reportFailure } from './report.ts';

/** What a command does. `subject` is the row it was called on, or whatever another command passed. */
export type CommandHandler = (subject: unknown) => Promise<void> | void;

/** A handler for each contributed command; none can be forgotten. */
export type CommandTable = Readonly<Record<CommandId, CommandHandler>>;

/** Titles as they stand in package.json, for messages. */
export type CommandTitles = Readonly<Record<string, string>>;

/**
 * The one door for commands: loads the handlers when the first one is called, and sees to it that a failure is
 * logged and shown, and cancellation is not.
 */
export function registerCommands(
  load: () => Promise<CommandTable>,
  { titles, log }: { readonly titles: CommandTitles; readonly log: Log },
): vscode.Disposable {
  const run = async (id: CommandId, subject: unknown): Promise<void> => {
    log.debug(`Command ${id}.`);
    try {
      const table = await load();
      await table[id](subject);
    } catch (error) {
      const title = titles[id] ?? id;
      const retry = (): void => {
        inBackground(log, title, run(id, subject));
      };
      // Not awaited: a command is over when it failed, not when somebody has read why.
      inBackground(log, title, reportFailure(error, { title, retry, subject }, log));
    }
  };
  return vscode.Disposable.from(
    ...commandIds.map((id) => vscode.commands.registerCommand(id, (subject?: unknown) => run(id, subject))),
  );
}
