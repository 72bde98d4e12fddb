import * as vscode from 'vscode';
import { AbortError } from '../../base/errors.ts';
import type { LocalPath } from '../../base/paths.ts';
import { delay, type Scheduler } from '../../base/scheduler.ts';
import type { SyncPreview } from '../../sync/core/preview.ts';
import { previewSync } from '../../sync/previewSync.ts';

/** The folder to look at, and what for. */
export interface FolderQuestion {
  readonly folder: LocalPath;
  /** Ignore patterns of the configuration. */
  readonly ignore: readonly string[];
  /** Title of the command that wants to know. */
  readonly title: string;
}

/** Looking takes no longer than this (ms) in most folders, and then nobody needs to see that it is done. */
const unseenMs = 400;

/** What is synced of a folder, or would be; can be cancelled where it takes long. */
export async function previewFolder(
  { folder, ignore, title }: FolderQuestion,
  scheduler: Scheduler,
): Promise<SyncPreview> {
  const controller = new AbortController();
  const preview = previewSync(folder, ignore, controller.signal);
  const quick = await Promise.race([preview, delay(scheduler, unseenMs)]);
  if (quick !== undefined) return quick;
  const location = vscode.ProgressLocation.Notification;
  const options = { location, title: `${title}: looking at your folder`, cancellable: true };
  return vscode.window.withProgress(options, (_, token) => {
    token.onCancellationRequested(() => controller.abort(new AbortError()));
    return preview;
  });
}
