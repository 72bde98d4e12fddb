import { lstat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { type LocalPath, localPath } from '../../base/paths.ts';
import type { DevSession } from '../../session/devSession.ts';
import { ignoreRule } from '../../sync/core/ignoreRule.ts';
import { inBackground } from '../background.ts';
import { addRule, removeRule } from './ignoreFile.ts';
import type { SyncedFile } from './syncedFile.ts';

/** Opens the file in an editor; a folder, and what no editor can show, in the Explorer. */
export async function openSyncedFile({ path: inside, local }: SyncedFile): Promise<void> {
  const uri = vscode.Uri.file(local);
  const found = await lstat(local).catch(() => undefined);
  if (found === undefined) vscode.window.setStatusBarMessage(`${inside} is not in your folder any more.`, 5000);
  else await vscode.commands.executeCommand(found.isFile() ? 'vscode.open' : 'revealInExplorer', uri);
}

/** Looks at the file again without waiting for the next try. */
export function retryPath({ open, local }: SyncedFile): void {
  open.session.noteSaved(local);
}

/** Leaves the path out by a rule in the folder's own ignore file, and offers to take that back. */
export async function ignorePath({ open: { session }, path: inside, local }: SyncedFile, log: Log): Promise<void> {
  const found = await lstat(local).catch(() => undefined);
  const rule = ignoreRule(inside, found?.isDirectory() === true);
  const file = rulesOf(session);
  const added = await ignoreByRule(session, rule);
  const undo = async (): Promise<void> => {
    refuseUnsaved(file);
    await removeRule(file, rule);
    session.noteSaved(file);
  };
  const message = `${inside} is not synced any more. What is in the pod stays there.`;
  const shown = vscode.window
    .showInformationMessage(message, ...(added ? ['Undo'] : []), 'Open Rules')
    .then(async (chosen) => {
      if (chosen === 'Undo') await undo();
      if (chosen === 'Open Rules') await vscode.window.showTextDocument(vscode.Uri.file(file));
    });
  inBackground(log, `Undoing the rule for ${inside}`, shown);
}

/** Adds a rule to the ignore file of a session's folder; answers whether it was not there already. */
export async function ignoreByRule(session: DevSession, rule: string): Promise<boolean> {
  const file = rulesOf(session);
  refuseUnsaved(file);
  const added = await addRule(file, rule);
  session.noteSaved(file);
  return added;
}

/** The ignore file at the root of a session's folder. */
export function rulesOf({ state }: DevSession): LocalPath {
  return localPath(path.join(state.folder, '.podloopignore'));
}

/** An editor with unsaved changes would write over what is added on the disk. */
function refuseUnsaved(file: LocalPath): void {
  const unsaved = vscode.workspace.textDocuments.some(({ uri, isDirty }) => isDirty && uri.fsPath === file);
  if (!unsaved) return;
  throw new UserError({
    code: 'sync.unsaved-rules',
    message: `${path.basename(file)} has changes that are not saved.`,
    next: 'Save it, then try again.',
    remedies: [{ kind: 'openFile', path: file }, { kind: 'retry' }],
  });
}
