import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import { type LocalPath, localPath } from '../../base/paths.ts';
import { configTemplate } from '../../present/configTemplate.ts';
import type { OpenSession } from '../session/openSessions.ts';
import { configFileOf } from './projectFolder.ts';

/** Opens the config file of a session's folder; where there is none, one is written from what the session uses. */
export async function openSessionConfig({ session }: OpenSession): Promise<void> {
  const { folder, workload } = session.state;
  const file = configFileOf(localPath(folder));
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await writeFile(file, configTemplate(workload.name, session.config), { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  await show(file);
}

/** Opens the config file of a workspace folder. Throws `UserError` `config.none` when there is none. */
export async function openWorkspaceConfig(): Promise<void> {
  const [file] = await vscode.workspace.findFiles('**/.podloop/config.yaml', '**/node_modules/**', 1);
  if (file === undefined) {
    throw new UserError({
      code: 'config.none',
      message: 'This workspace has no .podloop/config.yaml.',
      next: 'Start Develop on a workload, then choose Open Config File again: it writes one from what is in use.',
    });
  }
  await show(localPath(file.fsPath));
}

async function show(file: LocalPath): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.file(file));
}
