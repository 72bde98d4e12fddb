import type { SyncPath } from '../../base/paths.ts';

/** The line of an ignore file at the root that leaves out this path and nothing else. */
export function ignoreRule(path: SyncPath, isFolder: boolean): string {
  const literal = path
    .replace(/[\\*?[\]]/g, '\\$&')
    .replace(/ $/, '\\ ')
    // A line cannot hold a line break; the nearest that a pattern can say is "any one character".
    .replace(/[\r\n]/g, '?');
  return `/${literal}${isFolder ? '/' : ''}`;
}
