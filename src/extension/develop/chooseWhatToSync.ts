import path from 'node:path';
import { isAbortError, toError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { localPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { bigFolderChoice, previewQuestion, syncAnyway } from '../../present/previewText.ts';
import { isLarge, type SyncPreview } from '../../sync/core/preview.ts';
import { type Option, pick } from '../prompts/pick.ts';
import { addRule } from '../sync/ignoreFile.ts';
import { type FolderQuestion, previewFolder } from '../sync/previewFolder.ts';

/** Asks what to leave out of a folder in which there is much to sync, until little is left or somebody wants it all. */
export async function chooseWhatToSync(
  question: FolderQuestion,
  { scheduler, log }: { readonly scheduler: Scheduler; readonly log: Log },
): Promise<void> {
  for (;;) {
    const preview = await previewFolder(question, scheduler).catch((error: unknown) => {
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
    return { label: `$(circle-slash) ${label}`, ...rest, value: folder.rule };
  });
  const { label, detail } = syncAnyway(preview);
  return [...folders, { label: `$(sync) ${label}`, detail, value: undefined }];
}
