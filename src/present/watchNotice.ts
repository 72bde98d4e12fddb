import { unreachable } from '../base/errors.ts';
import type { WatchTrouble } from '../sync/core/status.ts';

/** Why local changes may be noticed late, and what can be done about it. */
export interface WatchNotice {
  /** A few words for a row. */
  readonly label: string;
  readonly message: string;
  /** A command line for this machine that helps. */
  readonly command: string | undefined;
}

/** What is said about the watching of a folder. */
export function watchNotice(trouble: WatchTrouble): WatchNotice {
  switch (trouble.kind) {
    case 'watchesUsedUp':
      return {
        label: 'Some changes are noticed late',
        message:
          'This machine has no file watches left, so Podloop looks at some folders every few seconds instead. ' +
          'Files that you save in VS Code still arrive at once. A higher limit helps.',
        command: 'sudo sysctl fs.inotify.max_user_watches=524288',
      };
    case 'remoteDisk':
      return {
        label: 'Some changes are noticed late',
        message:
          `Your folder is on a disk of kind ${trouble.fileSystem}, which other machines may change unnoticed, so Podloop ` +
          'looks at it every few seconds as well.',
        command: undefined,
      };
    case 'silent':
      return {
        label: 'Some changes are noticed late',
        message:
          'This machine does not tell of all changes in your folder, so Podloop looks at it every few seconds instead.',
        command: undefined,
      };
    default:
      return unreachable(trouble);
  }
}
