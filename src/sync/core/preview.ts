import type { SyncPath } from '../../base/paths.ts';
import { ignoreRule } from './ignoreRule.ts';

/** What would be synced of a folder, before any of it is. */
export interface SyncPreview {
  readonly files: number;
  readonly folders: number;
  /** Bytes of all files. */
  readonly bytes: number;
  /** What rules leave out; what is inside a folder that is left out is not counted. */
  readonly ignored: { readonly files: number; readonly folders: number };
  /** Paths that cannot be read or cannot be synced. */
  readonly problems: number;
  /** The folders that hold most of it, the biggest first; none of them contains another one. */
  readonly biggest: readonly BigFolder[];
}

/** A folder with everything in it. */
export interface BigFolder {
  readonly path: SyncPath;
  readonly files: number;
  readonly bytes: number;
  /** The line of an ignore file at the root that leaves it out. */
  readonly rule: string;
}

/** What a folder holds with everything below it, and its subfolders. */
export interface FolderSize {
  readonly path: SyncPath;
  readonly files: number;
  readonly bytes: number;
  readonly folders: Iterable<FolderSize>;
}

/** More than this is worth a question before it travels. */
const manyFiles = 20_000;
const manyBytes = 500 * 1000 * 1000;
/** At most so many folders are named, each with at least this share of all files or bytes. */
const maxNamed = 6;
const leastShare = 0.05;
/** A folder is not what a person would leave out when one in it has this share of what it holds. */
const mostShare = 0.8;

/** Whether so much would be synced that somebody should be asked first. */
export function isLarge({ files, bytes }: Pick<SyncPreview, 'files' | 'bytes'>): boolean {
  return files > manyFiles || bytes > manyBytes;
}

/** The folders below the root that hold most of it. */
export function biggestFolders(root: FolderSize): readonly BigFolder[] {
  const share = (folder: FolderSize): number =>
    Math.max(folder.files / Math.max(1, root.files), folder.bytes / Math.max(1, root.bytes));
  const chosen: FolderSize[] = [];
  const pending = [...root.folders];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    if (share(folder) < leastShare) continue;
    const heart = [...folder.folders].find((inner) => share(inner) >= mostShare * share(folder));
    if (heart === undefined) chosen.push(folder);
    else pending.push(heart);
  }
  return chosen
    .sort((a, b) => share(b) - share(a))
    .slice(0, maxNamed)
    .map(({ path, files, bytes }) => ({ path, files, bytes, rule: ignoreRule(path, true) }));
}
