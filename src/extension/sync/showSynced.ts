import * as vscode from 'vscode';
import { type LocalPath, localPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { bigFolderChoice, syncedSummary } from '../../present/previewText.ts';
import { type Option, pick } from '../prompts/pick.ts';
import type { OpenSession } from '../session/openSessions.ts';
import { ignoreByRule, rulesOf } from './fileCommands.ts';
import { previewFolder } from './previewFolder.ts';

/** Shows how much of a session's folder is synced and where most of it is, and leaves out what is chosen. */
export async function showSynced({ session }: OpenSession, scheduler: Scheduler): Promise<void> {
  const { workload } = session.state;
  const folder = localPath(session.state.folder);
  const title = `What Is Synced: ${workload.name}`;
  for (;;) {
    const preview = await previewFolder({ folder, ignore: session.config.ignore, title }, scheduler);
    const folders = preview.biggest.map((big): Option<string | undefined> => {
      const { label, ...rest } = bigFolderChoice(big);
      return { label: `$(circle-slash) ${label}`, ...rest, value: big.rule };
    });
    const rules = { label: '$(go-to-file) Open .podloopignore', detail: 'Rules as in .gitignore', value: undefined };
    const rule = await pick<string | undefined>(title, syncedSummary(preview), [...folders, rules]);
    if (rule === undefined) return openRules(rulesOf(session));
    await ignoreByRule(session, rule);
  }
}

/** Opens the ignore file of a folder, which is made when it is saved. */
async function openRules(rules: LocalPath): Promise<void> {
  const file = vscode.Uri.file(rules);
  const exists = await vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
  await vscode.window.showTextDocument(exists ? file : file.with({ scheme: 'untitled' }));
}
