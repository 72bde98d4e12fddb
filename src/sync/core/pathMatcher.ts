import ignore from 'ignore';
import type { SyncPath } from '../../base/paths.ts';

/** Says whether a path is among those that patterns, written as in `.gitignore`, name. */
export type PathMatcher = (path: SyncPath) => boolean;

export function matchPaths(patterns: readonly string[]): PathMatcher {
  if (patterns.length === 0) return () => false;
  const named = ignore().add(patterns);
  return (path) => path !== '' && named.ignores(path);
}
