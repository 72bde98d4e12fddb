import { parentSyncPath, syncPathName } from '../base/paths.ts';
import type { SessionState } from '../session/core/state.ts';
import type { ConflictChoice, SyncConflict } from '../sync/core/conflict.ts';
import { byteCount, clockTime, count } from './locale.ts';
import { escapeMarkdown, factSheet } from './markdown.ts';
import type { SyncReader } from './syncArrivals.ts';
import type { SyncRow } from './syncNode.ts';
import { plainRow } from './syncPlainRow.ts';

/** The paths that were changed on both sides, each to be compared and settled. */
export function conflictRows({ workload, folder, conflicts }: SessionState, reader: SyncReader): readonly SyncRow[] {
  return conflicts.map(({ id, path, at, bytes }) => {
    const above = parentSyncPath(path);
    const found = clockTime(at, reader.now, reader.locale);
    return plainRow({ kind: 'conflict', workload, id }, syncPathName(path), {
      description: above === '' ? found : `${found} · ${above}`,
      tooltip: factSheet(path, [
        ['Changed', `in your folder and in the pod, found at ${escapeMarkdown(found)}`],
        ['Live', 'your version, on both sides'],
        ["The pod's version", `${byteCount(bytes)}, kept until you decide`],
      ]),
      accessibleLabel: `Conflict: ${path}, changed on both sides, ${found}`,
      words: ['conflict'],
      file: { folder, path },
      action: 'compareConflict',
    });
  });
}

/** Above the question what to do about paths that were changed on both sides. */
export function conflictMessage(conflicts: readonly SyncConflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first !== undefined) {
    return `${first.path} was changed both in your folder and in the pod. Your version is live; the pod's is kept.`;
  }
  return `${count(conflicts.length, 'file')} were changed on both sides. Your versions are live; the pod's are kept.`;
}

/** Title of the editor that compares the two versions. */
export function conflictTitle({ path }: SyncConflict): string {
  return `${syncPathName(path)}: pod ↔ mine`;
}

/** What is said when a conflict is settled. */
export function settledMessage(path: string, choice: ConflictChoice): string {
  switch (choice) {
    case 'mine':
      return `${path}: your version stays. The pod's can be restored.`;
    case 'theirs':
      return `${path} is the pod's version now. Yours can be restored.`;
    case 'merged':
      return `${path} is marked as merged.`;
  }
}
