import * as vscode from 'vscode';
import { answered } from '../cancellation.ts';

/** One line of a quick pick and what choosing it means. */
export interface Option<T> extends vscode.QuickPickItem {
  readonly value: T;
}

/** A line that separates and cannot be chosen. */
export interface Separator extends vscode.QuickPickItem {
  readonly kind: vscode.QuickPickItemKind.Separator;
}

/** Shows a quick pick and gives what was chosen; throws `AbortError` when it was dismissed. */
export async function pick<T>(
  title: string,
  placeHolder: string,
  options: readonly (Option<T> | Separator)[] | Promise<readonly (Option<T> | Separator)[]>,
): Promise<T> {
  const items: Promise<(Option<T> | Separator)[]> = Promise.resolve(options).then((list) => [...list]);
  const chosen: Option<T> | Separator = await answered(
    vscode.window.showQuickPick<Option<T> | Separator>(items, {
      title,
      placeHolder,
      matchOnDescription: true,
      ignoreFocusOut: true,
    }),
  );
  if ('value' in chosen) return chosen.value;
  throw new Error('A separator cannot be chosen');
}

/** Asks for a line of text; `problem` says what is wrong with it, or nothing. Throws `AbortError` when dismissed. */
export async function ask(options: {
  readonly title: string;
  readonly prompt: string;
  readonly value?: string;
  readonly placeHolder?: string;
  readonly problem: (text: string) => string | undefined;
}): Promise<string> {
  const { problem, ...shown } = options;
  return answered(vscode.window.showInputBox({ ...shown, ignoreFocusOut: true, validateInput: problem }));
}

/** Asks a question that stops everything else; gives the button that was chosen or throws `AbortError`. */
export async function confirm<T extends string>(message: string, detail: string, ...buttons: readonly T[]): Promise<T> {
  return answered(vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons));
}
