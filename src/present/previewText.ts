import type { BigFolder, SyncPreview } from '../sync/core/preview.ts';
import { byteCount, count } from './locale.ts';

/** What would be synced of a folder: `31,204 files, 1.2 GB`. */
export function previewSize({ files, bytes }: Pick<SyncPreview, 'files' | 'bytes'>): string {
  return `${count(files, 'file')}, ${byteCount(bytes)}`;
}

/** Above the choice of what to leave out. */
export function previewQuestion(preview: SyncPreview): string {
  return `${previewSize(preview)} would be synced into the pod. Leave something out?`;
}

/** A big folder in that choice, and the rule by which it is left out. */
export function bigFolderChoice(folder: BigFolder): {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
} {
  return {
    label: `Ignore ${folder.path}`,
    description: previewSize(folder),
    detail: `Adds ${folder.rule} to .podloopignore`,
  };
}

/** The choice that leaves nothing out. */
export function syncAnyway(preview: SyncPreview): { readonly label: string; readonly detail: string } {
  return { label: 'Sync It All', detail: leftOut(preview) };
}

/** Above the list of what is synced: `Synced: 412 files, 3.2 MB. Left out by rules: 2 folders.` */
export function syncedSummary(preview: SyncPreview): string {
  return `Synced: ${previewSize(preview)}. ${leftOut(preview)}`;
}

function leftOut({ ignored: { files, folders } }: SyncPreview): string {
  const left = [...(folders > 0 ? [count(folders, 'folder')] : []), ...(files > 0 ? [count(files, 'file')] : [])];
  return left.length === 0 ? 'No rule leaves anything out.' : `Left out by rules: ${left.join(' and ')}.`;
}
