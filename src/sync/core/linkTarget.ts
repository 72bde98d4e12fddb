import { parentSyncPath, type SyncPath } from '../../base/paths.ts';

/** Whether a symbolic link at `path` stays inside the synced folder: relative, and never above the root on its way. */
export function isInsideLink(path: SyncPath, target: string): boolean {
  if (target === '' || target.startsWith('/') || target.includes('\0') || /^[A-Za-z]:|^\\/.test(target)) return false;
  let depth = parentSyncPath(path) === '' ? 0 : parentSyncPath(path).split('/').length;
  for (const part of target.split('/')) {
    if (part === '..') depth--;
    else if (part !== '' && part !== '.') depth++;
    if (depth < 0) return false;
  }
  return true;
}
