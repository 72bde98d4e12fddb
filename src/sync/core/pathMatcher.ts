import { parentSyncPath, type SyncPath, syncPathName } from '../../base/paths.ts';
import { gitText } from './gitPattern.ts';
import { IgnoreList } from './ignoreList.ts';

/** Says whether a path, or a folder that contains it, is among those that patterns, written as in `.gitignore`, name. */
export type PathMatcher = (path: SyncPath) => boolean;

export function matchPaths(patterns: readonly string[]): PathMatcher {
  const list = new IgnoreList(patterns, false);
  const isNamed = (path: SyncPath, isFolder: boolean): boolean =>
    path !== '' &&
    (isNamed(parentSyncPath(path), true) ||
      list.decide(gitText(syncPathName(path), false), gitText(path, false), isFolder) === true);
  return patterns.length === 0 ? () => false : (path) => isNamed(path, false);
}
