import { unreachable } from '../base/errors.ts';
import { isSyncPaused, isSyncRunning, type SessionState } from '../session/core/state.ts';
import type { SyncStatus } from '../sync/core/status.ts';
import { byteCount, grouped } from './locale.ts';
import { sessionText, type Urgency } from './sessionText.ts';
import { sessionTooltip } from './statusBar.ts';
import { arrivalRows, arrivedRows, type SyncReader } from './syncArrivals.ts';
import { sameWorkload, type SyncGroup, syncGroups, type SyncNode, type SyncRow } from './syncNode.ts';
import { problemRows } from './syncProblems.ts';
import type { RowIcon } from './treeRow.ts';

const groups: Readonly<Record<SyncGroup, { readonly label: string; readonly icon: RowIcon }>> = {
  problems: { label: 'Not Synced', icon: { id: 'warning' } },
  arrivals: { label: 'Recently Synced', icon: { id: 'history' } },
};

/** The rows below a row of the Sync view, or at its top. */
export function syncRows(
  parent: SyncNode | undefined,
  sessions: readonly SessionState[],
  reader: SyncReader,
): readonly SyncRow[] {
  if (parent === undefined) return sessions.map((state) => sessionRow(state, reader));
  const state = sessions.find(({ workload }) => sameWorkload(workload, parent.workload));
  if (state === undefined) return [];
  switch (parent.kind) {
    case 'session':
      return syncGroups.flatMap((group) => groupRow(state, group, reader));
    case 'group':
      return rowsOfGroup(state, parent.group, reader);
    case 'arrival':
      return arrivedRows(state, parent.arrival, reader);
    case 'problem':
    case 'arrived':
    case 'more':
      return [];
    default:
      return unreachable(parent);
  }
}

function sessionRow(state: SessionState, reader: SyncReader): SyncRow {
  const { workload, phase } = state;
  const text = sessionText(state, reader.now, reader.locale);
  const sync = phase.kind === 'active' || phase.kind === 'starting' ? phase.sync : undefined;
  const description = [text.text, ...(sync?.kind === 'sending' ? pace(sync, state.sendingSince, reader.now) : [])];
  return {
    node: { kind: 'session', workload },
    label: workload.name,
    description: description.join(' · '),
    icon: { id: text.icon, ...colors[text.urgency] },
    tooltip: sessionTooltip(state, text),
    accessibleLabel: [`${workload.kind} ${workload.name}`, ...description].join(', '),
    expansion: 'expanded',
    words: ['session', ...(isSyncPaused(state) ? ['paused'] : []), ...(isSyncRunning(state) ? ['running'] : [])],
    file: undefined,
  };
}

const colors: Readonly<Record<Urgency, { readonly color?: string }>> = {
  calm: { color: 'testing.iconPassed' },
  busy: {},
  warning: { color: 'list.warningForeground' },
  error: { color: 'list.errorForeground' },
};

/** How much is left to send and how quickly it goes: `38 MB left · 5.1 MB/s`. */
function pace(
  { bytes, totalBytes }: Extract<SyncStatus, { kind: 'sending' }>,
  since: number | undefined,
  now: number,
): readonly string[] {
  const left = Math.max(0, totalBytes - bytes);
  // A rate over less than a second says nothing.
  const seconds = since === undefined ? 0 : (now - since) / 1000;
  const rate = seconds < 1 ? [] : [`${byteCount(bytes / seconds)}/s`];
  return [...(left === 0 ? [] : [`${byteCount(left)} left`]), ...rate];
}

function groupRow(state: SessionState, group: SyncGroup, reader: SyncReader): readonly SyncRow[] {
  const amount = rowsOfGroup(state, group, reader).length;
  if (amount === 0) return [];
  const { label, icon } = groups[group];
  const number = group === 'arrivals' ? undefined : grouped(amount);
  return [
    {
      node: { kind: 'group', workload: state.workload, group },
      label,
      description: number,
      icon,
      tooltip: label,
      accessibleLabel: number === undefined ? label : `${label}, ${number}`,
      expansion: 'expanded',
      words: ['group', group],
      file: undefined,
    },
  ];
}

function rowsOfGroup(state: SessionState, group: SyncGroup, reader: SyncReader): readonly SyncRow[] {
  switch (group) {
    case 'problems':
      return problemRows(state);
    case 'arrivals':
      return arrivalRows(state, reader);
  }
}
