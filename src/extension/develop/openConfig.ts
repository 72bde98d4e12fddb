import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import { type LocalPath, localPath } from '../../base/paths.ts';
import { withEntry } from '../../config/saveEntry.ts';
import { configTemplate, sessionEntry } from '../../present/configTemplate.ts';
import { configFileOf, readConfig } from '../../session/projectFolder.ts';
import type { OpenSession } from '../session/openSessions.ts';

/** Opens the config file of a session's folder; where there is none, one is written from what the session uses. */
export async function openSessionConfig(open: OpenSession): Promise<void> {
  await writeNew(open);
  await show(fileOf(open));
}

/** Writes what a session uses into the config file of its folder, comments and what is said there already kept. */
export async function saveSessionConfig(open: OpenSession): Promise<void> {
  const file = fileOf(open);
  if (!(await writeNew(open))) {
    // Not what cannot be understood: it would be made worse.
    await readConfig(file, process.env);
    const text = await readFile(file, 'utf8');
    const { session } = open;
    const saved = withEntry(text, sessionEntry(ownerOf(open), session.config));
    if (saved !== text) await writeFile(file, saved);
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

/** Whether there was no config file yet, and now there is. */
async function writeNew(open: OpenSession): Promise<boolean> {
  const file = fileOf(open);
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await writeFile(file, configTemplate(ownerOf(open), open.session.config), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function ownerOf({ session }: OpenSession) {
  const { workload, container } = session.state;
  return { workload: workload.name, container };
}

function fileOf({ session }: OpenSession): LocalPath {
  return configFileOf(localPath(session.state.folder));
}

async function show(file: LocalPath): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.file(file));
}
