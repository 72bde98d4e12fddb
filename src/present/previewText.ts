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
  const { files, folders } = preview.ignored;
  const left = [...(folders > 0 ? [count(folders, 'folder')] : []), ...(files > 0 ? [count(files, 'file')] : [])];
  const ignored =
    left.length === 0 ? 'No rule leaves anything out.' : `Left out by rules already: ${left.join(' and ')}.`;
  return { label: 'Sync It All', detail: ignored };
}
