import { parentSyncPath, type SyncPath, syncPathName } from '../base/paths.ts';
import type { Arrival } from '../session/core/arrivals.ts';
import type { SessionState } from '../session/core/state.ts';
import { clockSecond, count, grouped, type Locale, quickness } from './locale.ts';
import { escapeMarkdown, factSheet } from './markdown.ts';
import type { SyncNode, SyncRow } from './syncNode.ts';
import { plainRow } from './syncPlainRow.ts';

/** When and in which language rows are read. `now` is epoch milliseconds. */
export interface SyncReader {
  readonly now: number;
  readonly locale: Locale;
}

/** What arrived in the pod lately, newest first: a file by itself, or a batch that can be opened. */
export function arrivalRows(state: SessionState, reader: SyncReader): readonly SyncRow[] {
  return state.arrivals.map((arrival) => {
    const [path] = arrival.paths;
    return path !== undefined && arrival.total === 1
      ? pathRow(state, arrival, path, reader)
      : batchRow(state, arrival, reader);
  });
}

/** The paths of a batch; those that are not remembered by name are counted. */
export function arrivedRows(state: SessionState, id: number, reader: SyncReader): readonly SyncRow[] {
  const arrival = state.arrivals.find((candidate) => candidate.id === id);
  if (arrival === undefined) return [];
  const rows = arrival.paths.map((path) => pathRow(state, arrival, path, reader));
  const more = arrival.total - rows.length;
  const { workload } = state;
  const parent: SyncNode = { kind: 'arrival', workload, arrival: id };
  const node: SyncNode = { kind: 'more', workload, parent };
  return more > 0 ? [...rows, plainRow(node, `and ${grouped(more)} more`)] : rows;
}

function batchRow({ workload }: SessionState, arrival: Arrival, reader: SyncReader): SyncRow {
  const label = count(arrival.total, 'file');
  const details = when(arrival, reader);
  return {
    node: { kind: 'arrival', workload, arrival: arrival.id },
    label,
    description: details.join(' · '),
    icon: { id: 'files' },
    tooltip: tooltip(label, arrival, reader),
    accessibleLabel: [label, ...details].join(', '),
    expansion: 'collapsed',
    words: ['arrival'],
    file: undefined,
    action: undefined,
  };
}

function pathRow(state: SessionState, arrival: Arrival, path: SyncPath, reader: SyncReader): SyncRow {
  const { workload, folder } = state;
  const alone = arrival.total === 1;
  const above = parentSyncPath(path);
  const details = alone ? when(arrival, reader) : [];
  return {
    node: { kind: 'arrived', workload, arrival: arrival.id, path, alone },
    label: syncPathName(path),
    description: [...details, ...(above === '' ? [] : [above])].join(' · '),
    icon: undefined,
    tooltip: tooltip(path, arrival, reader),
    accessibleLabel: [path, ...details].join(', '),
    expansion: 'none',
    words: ['arrived', 'path', 'ignore'],
    file: { folder, path },
    action: 'openSyncedFile',
  };
}

function when({ at, milliseconds }: Arrival, { now, locale }: SyncReader): readonly string[] {
  return [clockSecond(at, now, locale), quickness(milliseconds)];
}

function tooltip(title: string, arrival: Arrival, { now, locale }: SyncReader): string {
  return factSheet(title, [
    ['In the pod', `since ${escapeMarkdown(clockSecond(arrival.at, now, locale))}`],
    ['Took', `${quickness(arrival.milliseconds)}${arrival.initial ? ', with the comparison after connecting' : ''}`],
  ]);
}
