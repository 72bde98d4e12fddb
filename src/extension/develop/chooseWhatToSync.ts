import path from 'node:path';
import * as vscode from 'vscode';
import { AbortError, isAbortError, toError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { type LocalPath, localPath } from '../../base/paths.ts';
import { delay, type Scheduler } from '../../base/scheduler.ts';
import { bigFolderChoice, previewQuestion, syncAnyway } from '../../present/previewText.ts';
import { isLarge, type SyncPreview } from '../../sync/core/preview.ts';
import { previewSync } from '../../sync/previewSync.ts';
import { type Option, pick } from '../prompts/pick.ts';
import { addRule } from '../sync/ignoreFile.ts';

/** What the question is about. */
export interface SyncQuestion {
  readonly folder: LocalPath;
  /** Ignore patterns of the configuration. */
  readonly ignore: readonly string[];
  readonly title: string;
}

/** Looking takes no longer than this (ms) in most folders, and then nobody needs to see that it is done. */
const unseenMs = 400;

/** Asks what to leave out of a folder in which there is much to sync, until little is left or somebody wants it all. */
export async function chooseWhatToSync(
  question: SyncQuestion,
  { scheduler, log }: { readonly scheduler: Scheduler; readonly log: Log },
): Promise<void> {
  for (;;) {
    const preview = await look(question, scheduler).catch((error: unknown) => {
      if (isAbortError(error)) throw error;
      // Whatever is wrong with the folder, the sync says it better.
      log.warn('What would be synced is not known.', toError(error).message);
    });
    if (preview === undefined || !isLarge(preview)) return;
    log.info('Much would be synced.', { ...preview, folder: question.folder });
    const rule = await pick<string | undefined>(question.title, previewQuestion(preview), options(preview));
    if (rule === undefined) return;
    await addRule(localPath(path.join(question.folder, '.podloopignore')), rule);
  }
}

function options(preview: SyncPreview): readonly Option<string | undefined>[] {
  const folders = preview.biggest.map((folder) => {
    const { label, ...rest } = bigFolderChoice(folder);
    return { label: `$(exclude) ${label}`, ...rest, value: folder.rule };
  });
  const { label, detail } = syncAnyway(preview);
  return [...folders, { label: `$(sync) ${label}`, detail, value: undefined }];
}

async function look({ folder, ignore, title }: SyncQuestion, scheduler: Scheduler): Promise<SyncPreview> {
  const controller = new AbortController();
  const preview = previewSync(folder, ignore, controller.signal);
  const quick = await Promise.race([preview, delay(scheduler, unseenMs)]);
  if (quick !== undefined) return quick;
  const location = vscode.ProgressLocation.Notification;
  const options = { location, title: `${title}: looking at what would be synced`, cancellable: true };
  return vscode.window.withProgress(options, (_, token) => {
    token.onCancellationRequested(() => controller.abort(new AbortError()));
    return preview;
  });
}
