import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import { type LocalPath, localPath, readSyncPath, type SyncPath } from '../../base/paths.ts';
import { innermost } from '../session/chooseSession.ts';
import type { OpenSession, OpenSessions } from '../session/openSessions.ts';
import { SyncElement } from './syncTree.ts';

/** A path of a session's folder. */
export interface SyncedFile {
  readonly open: OpenSession;
  readonly path: SyncPath;
  readonly local: LocalPath;
}

/**
 * The file that a command is about: that of its row, or the one in the active editor. Throws `UserError` `sync.no-file`
 * when there is none or no session of this window syncs it.
 */
export function syncedFileOf(sessions: OpenSessions, subject: unknown): SyncedFile {
  const row = subject instanceof SyncElement ? subject.row : undefined;
  if (row?.file !== undefined) {
    const open = sessions.find(row.node.workload);
    const { folder, path: inside } = row.file;
    if (open !== undefined) return { open, path: inside, local: localPath(path.join(folder, inside)) };
  }
  const active = vscode.window.activeTextEditor?.document.uri;
  const file = active?.scheme === 'file' ? active.fsPath : undefined;
  const open = file === undefined ? undefined : innermost(sessions.all, file);
  if (file === undefined || open === undefined) throw noFileError();
  const relative = readSyncPath(path.relative(open.session.state.folder, file).replaceAll(path.sep, '/'));
  if (relative === undefined || relative === '') throw noFileError();
  return { open, path: relative, local: localPath(file) };
}

function noFileError(): UserError {
  return new UserError({
    code: 'sync.no-file',
    message: 'No file of a synced folder is chosen.',
    next: 'Open one in the editor, or choose it in the Sync view.',
  });
}
