import type { SyncProblem } from '../core/status.ts';
import type { PlainUserError } from './workerMessages.ts';

/** The synced folder is not there. */
export function folderMissing(root: string): PlainUserError {
  return {
    code: 'sync.folder-missing',
    message: `Folder ${root} is missing. Nothing was deleted in the pod.`,
    next: 'Bring the folder back: syncing then goes on by itself. Or end dev mode.',
    remedies: [{ kind: 'endDevMode' }, { kind: 'showLog' }],
  };
}

/** The synced folder has no files any more, while the pod has those that came from it. */
export function folderEmpty(root: string): PlainUserError {
  return {
    code: 'sync.folder-empty',
    message: `Folder ${root} is empty. The files in the pod were kept, in case this is a mistake.`,
    next: 'Put files into the folder: syncing then goes on by itself, deletions included. Or end dev mode.',
    remedies: [{ kind: 'endDevMode' }, { kind: 'showLog' }],
  };
}

/** Something that should have arrived was refused. */
export function notEverythingArrived(problems: readonly SyncProblem[]): PlainUserError {
  const [first] = problems;
  const more = problems.length > 1 ? ` And ${problems.length - 1} more.` : '';
  return {
    code: 'sync.failed',
    message: `Not everything arrived in the pod. ${first?.message ?? ''}${more}`.trim(),
    next: 'See the list of sync problems; each is tried again by itself.',
    remedies: [{ kind: 'showLog' }, { kind: 'retry' }],
    detail: problems.map(({ message }) => message).join('\n'),
  };
}
