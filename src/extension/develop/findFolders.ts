import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { toError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { type LocalPath, localPath } from '../../base/paths.ts';
import { nocalhostPath, nocalhostWorkloads } from '../../config/nocalhost/importNocalhost.ts';
import { configPath } from '../../config/parseConfig.ts';
import { chooseFolder, type FolderCandidate, folderReason } from '../../present/folderChoices.ts';
import { answered } from '../cancellation.ts';
import { pick } from '../prompts/pick.ts';
import { readConfig, readText } from '../../session/projectFolder.ts';

/** What is searched for. */
export interface FolderQuestion {
  readonly workload: string;
  readonly remembered: string | undefined;
  readonly title: string;
}

const skippedFolders = '**/{node_modules,.git,.venv,venv,dist}/**';
const maxFiles = 50;

/** The folder to sync into a workload: known, or asked for. */
export async function findFolder(question: FolderQuestion, log: Log): Promise<LocalPath> {
  const choice = chooseFolder(await candidates(question, log));
  if (choice.kind === 'decided') return localPath(choice.path);
  const browse = Symbol('browse');
  const chosen = await pick<string | symbol>(question.title, `Folder with the source of ${question.workload}`, [
    ...choice.candidates.map((candidate) => ({
      label: `$(folder) ${path.basename(candidate.path)}`,
      description: folderReason(candidate),
      detail: candidate.path,
      value: candidate.path,
    })),
    { label: '$(folder-opened) Browse...', value: browse },
  ]);
  return typeof chosen === 'string' ? localPath(chosen) : browseFolder(question);
}

async function browseFolder({ title, workload }: FolderQuestion): Promise<LocalPath> {
  const [folder] = await answered(
    vscode.window.showOpenDialog({
      title: `${title}: folder with the source of ${workload}`,
      openLabel: 'Use Folder',
      canSelectFiles: false,
      canSelectFolders: true,
      canSelectMany: false,
    }),
  );
  if (folder === undefined) throw new Error('The dialog gave no folder');
  return localPath(folder.fsPath);
}

async function candidates({ workload, remembered }: FolderQuestion, log: Log): Promise<readonly FolderCandidate[]> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const [configured, imported, namesakes, known] = await Promise.all([
    configuredFolders(workload, log),
    nocalhostFolders(workload),
    foldersNamed(workload),
    rememberedFolder(remembered),
  ]);
  return [
    ...known,
    ...configured,
    ...imported,
    ...namesakes,
    ...folders.map(({ uri: { fsPath } }): FolderCandidate => {
      return { path: fsPath, source: path.basename(fsPath) === workload ? 'sameName' : 'workspace' };
    }),
  ];
}

async function configuredFolders(workload: string, log: Log): Promise<readonly FolderCandidate[]> {
  const files = await vscode.workspace.findFiles(`**/${configPath}`, skippedFolders, maxFiles);
  const found = await Promise.all(
    files.map(async ({ fsPath }): Promise<readonly FolderCandidate[]> => {
      const folder = path.dirname(path.dirname(fsPath));
      try {
        const { containers = [] } = (await readConfig(localPath(fsPath), process.env))?.config ?? {};
        if (containers.some((entry) => entry.workload === workload)) return [{ path: folder, source: 'configNamesIt' }];
        return containers.some((entry) => entry.workload === undefined)
          ? [{ path: folder, source: 'configFitsAny' }]
          : [];
      } catch (error) {
        // It may be the file of another service; if it is this one's, starting says what is wrong with it.
        log.warn(`${fsPath} cannot be used.`, toError(error).message);
        return [];
      }
    }),
  );
  return found.flat();
}

async function nocalhostFolders(workload: string): Promise<readonly FolderCandidate[]> {
  const files = await vscode.workspace.findFiles(`**/${nocalhostPath}`, skippedFolders, maxFiles);
  const found = await Promise.all(
    files.map(async ({ fsPath }): Promise<readonly FolderCandidate[]> => {
      const text = (await readText(fsPath)) ?? '';
      const folder = path.dirname(path.dirname(fsPath));
      return nocalhostWorkloads(text).includes(workload) ? [{ path: folder, source: 'configNamesIt' }] : [];
    }),
  );
  return found.flat();
}

/** Folders of the workload's name that hold a manifest. Names of workloads hold no characters with a meaning in globs. */
async function foldersNamed(workload: string): Promise<readonly FolderCandidate[]> {
  const manifests = '{package.json,requirements.txt,pyproject.toml,manage.py,go.mod,pom.xml}';
  const files = await vscode.workspace.findFiles(`**/${workload}/${manifests}`, skippedFolders, maxFiles);
  return files.map(({ fsPath }) => ({ path: path.dirname(fsPath), source: 'sameName' }));
}

/** The folder of the last time, unless it is gone. */
async function rememberedFolder(folder: string | undefined): Promise<readonly FolderCandidate[]> {
  const found = folder === undefined ? undefined : await stat(folder).catch(() => undefined);
  return folder !== undefined && found?.isDirectory() === true ? [{ path: folder, source: 'remembered' }] : [];
}
