import * as vscode from 'vscode';
import { type LocalPath, localPath } from '../../base/paths.ts';
import type { Log } from '../../base/log.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { previewSize, syncedSummary } from '../../present/previewText.ts';
import type { DevSession } from '../../session/devSession.ts';
import type { BigFolder, SyncPreview } from '../../sync/core/preview.ts';
import { inBackground } from '../background.ts';
import { reportFailure } from '../report.ts';
import type { OpenSession } from '../session/openSessions.ts';
import { ignoreByRule, rulesOf } from './fileCommands.ts';
import { previewFolder } from './previewFolder.ts';

/** A folder, or (without one) the way to the rules. */
interface Line extends vscode.QuickPickItem {
  readonly folder: BigFolder | undefined;
}

const leaveOut: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('circle-slash'), tooltip: 'Ignore This' };

/** Shows how much of a session's folder is synced and where most of it is; a folder can be left out by its button. */
export async function showSynced(
  { session }: OpenSession,
  { scheduler, log }: { readonly scheduler: Scheduler; readonly log: Log },
): Promise<void> {
  const { workload } = session.state;
  const folder = localPath(session.state.folder);
  const title = `What Is Synced: ${workload.name}`;
  const look = (): Promise<SyncPreview> => previewFolder({ folder, ignore: session.config.ignore, title }, scheduler);
  const preview = await look();
  const list = vscode.window.createQuickPick<Line>();
  const show = (now: SyncPreview): void => {
    list.placeholder = syncedSummary(now);
    list.items = lines(now);
  };
  const during = (work: Promise<void>): void => {
    const attempt = { title, retry: undefined, subject: workload };
    const reported = work.catch((error: unknown) => reportFailure(error, attempt, log));
    inBackground(log, title, reported);
  };
  list.title = title;
  list.matchOnDescription = true;
  list.onDidTriggerItemButton(({ item }) => {
    if (item.folder !== undefined) during(ignoreFolder(session, item.folder, async () => show(await look())));
  });
  list.onDidAccept(() => {
    const [chosen] = list.selectedItems;
    list.hide();
    if (chosen !== undefined) during(open(session, chosen));
  });
  list.onDidHide(() => {
    list.dispose();
  });
  show(preview);
  list.show();
}

function lines(preview: SyncPreview): readonly Line[] {
  const folders = preview.biggest.map((folder) => ({
    label: `$(folder) ${folder.path}`,
    description: previewSize(folder),
    buttons: [leaveOut],
    folder,
  }));
  return [...folders, { label: '$(go-to-file) Open .podloopignore', folder: undefined, alwaysShow: true }];
}

async function ignoreFolder(session: DevSession, { rule }: BigFolder, after: () => Promise<void>): Promise<void> {
  await ignoreByRule(session, rule);
  await after();
}

async function open(session: DevSession, { folder }: Line): Promise<void> {
  if (folder === undefined) return openRules(rulesOf(session));
  const uri = vscode.Uri.joinPath(vscode.Uri.file(session.state.folder), folder.path);
  await vscode.commands.executeCommand('revealInExplorer', uri);
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
