import { parentSyncPath, syncPathName } from '../base/paths.ts';
import type { SessionState } from '../session/core/state.ts';
import type { Restorable } from '../sync/core/restorable.ts';
import { byteCount, clockTime, count, grouped } from './locale.ts';
import { escapeMarkdown, factSheet } from './markdown.ts';
import type { SyncReader } from './syncArrivals.ts';
import type { SyncNode, SyncRow } from './syncNode.ts';
import { plainRow } from './syncPlainRow.ts';

/** Paths that are listed in the view; the command that restores has all of them. */
const maxPaths = 50;

/** The paths that have versions to restore, the one that lost its version last first; older versions are below. */
export function versionRows(
  state: SessionState,
  versions: readonly Restorable[],
  reader: SyncReader,
): readonly SyncRow[] {
  const { workload } = state;
  const parent: SyncNode = { kind: 'group', workload, group: 'versions' };
  const byPath = Map.groupBy(versions, ({ path }) => path);
  if (byPath.size === 0) return [plainRow({ kind: 'more', workload, parent }, 'Nothing to restore')];
  const rows = [...byPath.values()].slice(0, maxPaths).flatMap(([newest, ...older]) => {
    if (newest === undefined) return [];
    return [
      versionRow(state, newest, { newest: undefined, expansion: older.length > 0 ? 'collapsed' : 'none' }, reader),
    ];
  });
  const more = byPath.size - rows.length;
  if (more === 0) return rows;
  const all = plainRow({ kind: 'more', workload, parent }, `${grouped(more)} more...`, { action: 'restoreFile' });
  return [...rows, all];
}

/** The versions of a path before the newest one. */
export function olderVersionRows(
  state: SessionState,
  versions: readonly Restorable[],
  node: Extract<SyncNode, { kind: 'version' }>,
  reader: SyncReader,
): readonly SyncRow[] {
  if (node.newest !== undefined) return [];
  return versions
    .filter(({ path, id }) => path === node.path && id !== node.id)
    .map((version) => versionRow(state, version, { newest: node.id, expansion: 'none' }, reader));
}

/** What happened to a version, when and where: `deleted 14:05`. */
export function versionText({ why, at }: Restorable, { now, locale }: SyncReader): string {
  return `${words[why]} ${clockTime(at, now, locale)}`;
}

const words: Readonly<Record<Restorable['why'], string>> = {
  deleted: 'deleted',
  replaced: 'replaced',
  rescued: 'overwritten',
};

const places: Readonly<Record<Restorable['side'], string>> = { here: 'in your folder', pod: 'in the pod' };

/** Where a version was live. */
export function versionPlace({ side }: Restorable): string {
  return places[side];
}

/** What is said when versions are live again. */
export function restoredMessage(paths: readonly string[]): string {
  const what = paths.length === 1 ? `${paths[0]} is` : `${count(paths.length, 'file')} are`;
  return `${what} restored. What was live before can be restored in turn.`;
}

function versionRow(
  { workload, folder }: SessionState,
  version: Restorable,
  { newest, expansion }: { readonly newest: string | undefined; readonly expansion: SyncRow['expansion'] },
  reader: SyncReader,
): SyncRow {
  const { id, path, bytes } = version;
  const above = parentSyncPath(path);
  const text = versionText(version, reader);
  return plainRow({ kind: 'version', workload, id, path, newest }, syncPathName(path), {
    description: above === '' || newest !== undefined ? text : `${text} · ${above}`,
    tooltip: factSheet(path, [
      ['Status', escapeMarkdown(`${text}, ${versionPlace(version)}`)],
      ['Size', byteCount(bytes)],
    ]),
    accessibleLabel: `${path}, ${text}`,
    expansion,
    words: ['version'],
    file: { folder, path },
    action: 'compareVersion',
  });
}

/** Title of the editor that shows a version, beside what is live now if anything is. */
export function versionTitle(version: Restorable, isLive: boolean, reader: SyncReader): string {
  return `${syncPathName(version.path)}: ${versionText(version, reader)}${isLive ? ' ↔ now' : ''}`;
}
