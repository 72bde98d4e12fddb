import { parentSyncPath, syncPathName } from '../base/paths.ts';
import type { SessionState } from '../session/core/state.ts';
import type { SyncProblem } from '../sync/core/status.ts';
import { code, escapeMarkdown } from './markdown.ts';
import type { SyncRow } from './syncNode.ts';

/** What can be done about a path that is not synced. */
export type PathRemedy =
  /** Look at it again at once. */
  | 'retry'
  /** Leave it out by a rule. */
  | 'ignore'
  /** See what takes the room in the pod, and leave some of it out. */
  | 'showSynced';

const facts: Readonly<
  Record<SyncProblem['code'], { readonly words: string; readonly remedies: readonly PathRemedy[] }>
> = {
  unreadable: { words: 'cannot be read', remedies: ['retry', 'ignore'] },
  unsupportedName: { words: 'has a name that cannot be synced', remedies: ['ignore'] },
  specialFile: { words: 'is no file, folder or link', remedies: ['ignore'] },
  escapingLink: { words: 'links to a place outside your folder', remedies: ['ignore'] },
  remoteRefused: { words: 'is refused by the pod', remedies: ['retry', 'ignore'] },
  remoteDiskFull: { words: "has no room on the pod's disk", remedies: ['showSynced', 'retry', 'ignore'] },
  inboundRefused: { words: 'is not taken over from the pod', remedies: ['ignore'] },
  inboundFailed: { words: 'cannot be written here', remedies: ['retry', 'ignore'] },
  localDiskFull: { words: "has no room on this machine's disk", remedies: ['retry', 'ignore'] },
  remoteReadOnly: { words: 'cannot be written in the pod', remedies: ['retry', 'ignore'] },
};

/** The paths of a session that are not synced, each with what can be done about it. */
export function problemRows({ workload, folder, problems }: SessionState): readonly SyncRow[] {
  return problems.map(({ path, code: kind, message }) => {
    const { words, remedies } = facts[kind];
    const above = parentSyncPath(path);
    return {
      node: { kind: 'problem', workload, path, code: kind },
      label: syncPathName(path),
      description: above === '' ? words : `${above} · ${words}`,
      icon: { id: 'warning', color: 'list.warningForeground' },
      tooltip: `${code(path)}\n\n${escapeMarkdown(message)}`,
      accessibleLabel: `${path} ${words}`,
      expansion: 'none',
      words: ['problem', 'path', ...remedies],
      file: { folder, path },
      action: 'openSyncedFile',
    };
  });
}
