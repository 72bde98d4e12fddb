import { commands } from 'vscode';
import type { ContextKey } from './contributions.ts';

/** Sets a key that `when` clauses of package.json read: the one door to VS Code's `setContext`. */
export async function setContextKey(key: ContextKey, value: string | boolean | readonly string[]): Promise<void> {
  await commands.executeCommand('setContext', key, value);
}
