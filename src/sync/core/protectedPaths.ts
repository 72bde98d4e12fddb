import type { SyncPath } from '../../base/paths.ts';

/** Folders and files that make programs on this machine run something when they change. Lower case. */
const folders = new Set(['.git', '.vscode', '.idea', '.husky', '.devcontainer']);
const files = new Set(['.envrc', '.gitconfig', '.gitmodules']);

/**
 * Whether a path is one that a pod may never write here: the pod is trusted less than this machine, and what is written
 * there would be run here by git, an editor or a shell.
 */
export function isProtected(path: SyncPath): boolean {
  // Disks that ignore case or drop a trailing dot or blank make these of other names, too.
  const parts = path.split('/').map((part) => part.toLowerCase().replace(/[. ]+$/, ''));
  const name = parts.at(-1) ?? '';
  return parts.some((part) => folders.has(part)) || files.has(name) || name.endsWith('.code-workspace');
}
