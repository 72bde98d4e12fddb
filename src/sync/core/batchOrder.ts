import { parentSyncPath, rootSyncPath, type SyncPath } from '../../base/paths.ts';
import type { PathState } from '../../protocol/pathState.ts';
import type { LocalView } from './decide.ts';

/** The kinds of thing at one path on both sides: all that the order of changes depends on. */
export interface PathKinds {
  readonly path: SyncPath;
  readonly local: LocalView['kind'];
  readonly remote: PathState['kind'];
}

/** Paths in the order in which they can be brought over one after the other. A path may occur in `clear` and later again. */
export interface OrderedPaths {
  /** What must be deleted first because something of another kind takes its place, deepest first. */
  readonly clear: readonly SyncPath[];
  /** New folders, outermost first. */
  readonly folders: readonly SyncPath[];
  /** Files, links, modes: in the given order. */
  readonly contents: readonly SyncPath[];
  /** What is gone, deepest first. */
  readonly removals: readonly SyncPath[];
}

/** Orders the paths of one batch; each occurs once. */
export function orderPaths(paths: readonly PathKinds[]): OrderedPaths {
  const replaced = new Set(paths.filter(changesKind).map(({ path }) => path));
  const clear: SyncPath[] = [];
  const folders: SyncPath[] = [];
  const contents: SyncPath[] = [];
  const removals: SyncPath[] = [];
  for (const { path, local } of paths) {
    if (replaced.has(path)) clear.push(path);
    if (local === 'folder') folders.push(path);
    else if (local !== 'absent') contents.push(path);
    else if (isBelow(path, replaced)) clear.push(path);
    else removals.push(path);
  }
  const deepestFirst = (a: SyncPath, b: SyncPath): number => depth(b) - depth(a);
  clear.sort(deepestFirst);
  removals.sort(deepestFirst);
  folders.sort((a, b) => depth(a) - depth(b));
  return { clear, folders, contents, removals };
}

/** Whether the path becomes a folder or stops being one, so that the old thing must go before the new one comes. */
export function changesKind({ local, remote }: PathKinds): boolean {
  const present = local === 'file' || local === 'folder' || local === 'link';
  return present && remote !== 'absent' && (local === 'folder') !== (remote === 'folder');
}

/** Whether the path is one of some others or inside one of them. */
export function isBelow(path: SyncPath, tops: ReadonlySet<SyncPath>): boolean {
  if (tops.size === 0) return false;
  for (let at = path; at !== ''; at = parentSyncPath(at)) if (tops.has(at)) return true;
  return tops.has(rootSyncPath);
}

function depth(path: SyncPath): number {
  let count = 0;
  for (let index = path.indexOf('/'); index >= 0; index = path.indexOf('/', index + 1)) count++;
  return count;
}
