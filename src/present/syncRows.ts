import { unreachable } from '../base/errors.ts';
import { isSyncPaused, isSyncRunning, type SessionState, type WorkloadId } from '../session/core/state.ts';
import type { Restorable } from '../sync/core/restorable.ts';
import type { SyncStatus } from '../sync/core/status.ts';
import { byteCount, grouped } from './locale.ts';
import { escapeMarkdown } from './markdown.ts';
import { sessionText, type Urgency } from './sessionText.ts';
import { sessionTooltip } from './statusBar.ts';
import { arrivalRows, arrivedRows, type SyncReader } from './syncArrivals.ts';
import { conflictRows } from './syncConflicts.ts';
import { sameWorkload, type SyncGroup, syncGroups, type SyncNode, type SyncRow } from './syncNode.ts';
import { plainRow } from './syncPlainRow.ts';
import { problemRows } from './syncProblems.ts';
import { olderVersionRows, versionRows } from './syncVersions.ts';
import type { RowIcon } from './treeRow.ts';
import { watchNotice } from './watchNotice.ts';

/** Everything that the Sync view is made of. */
export interface SyncFacts extends SyncReader {
  readonly sessions: readonly SessionState[];
  /** The versions that a session can restore, newest first, as far as they were asked for. */
  readonly versions: (workload: WorkloadId) => readonly Restorable[];
}

const groups: Readonly<Record<SyncGroup, { readonly label: string; readonly icon: RowIcon }>> = {
  conflicts: { label: 'Conflicts', icon: { id: 'git-merge', color: 'list.warningForeground' } },
  problems: { label: 'Not Synced', icon: { id: 'warning', color: 'list.warningForeground' } },
  arrivals: { label: 'Recently Synced', icon: { id: 'history' } },
  versions: { label: 'Deleted or Replaced', icon: { id: 'trash' } },
};

/** The rows below a row of the Sync view, or at its top. */
export function syncRows(parent: SyncNode | undefined, facts: SyncFacts): readonly SyncRow[] {
  if (parent === undefined) return facts.sessions.map((state) => sessionRow(state, facts));
  const state = facts.sessions.find(({ workload }) => sameWorkload(workload, parent.workload));
  if (state === undefined) return [];
  switch (parent.kind) {
    case 'session':
      return [...noticeRows(state), ...syncGroups.flatMap((group) => groupRow(state, group))];
    case 'group':
      return rowsOfGroup(state, parent.group, facts);
    case 'arrival':
      return arrivedRows(state, parent.arrival, facts);
    case 'version':
      return olderVersionRows(state, facts.versions(state.workload), parent, facts);
    case 'notice':
    case 'conflict':
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
    action: undefined,
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

function noticeRows({ workload, watchTrouble }: SessionState): readonly SyncRow[] {
  if (watchTrouble === undefined) return [];
  const { label, message } = watchNotice(watchTrouble);
  return [
    plainRow({ kind: 'notice', workload, notice: 'watching' }, label, {
      icon: { id: 'eye', color: 'list.warningForeground' },
      tooltip: escapeMarkdown(message),
      accessibleLabel: message,
    }),
  ];
}

function groupRow(state: SessionState, group: SyncGroup): readonly SyncRow[] {
  const amount = amountOf(state, group);
  if (amount === 0) return [];
  const { label, icon } = groups[group];
  const rest = {
    icon,
    expansion: group === 'versions' ? 'collapsed' : 'expanded',
    words: ['group', group],
    // How many there are is told of what somebody has to look at.
    ...(group === 'conflicts' || group === 'problems' ? { description: grouped(amount) } : {}),
  } as const;
  return [plainRow({ kind: 'group', workload: state.workload, group }, label, rest)];
}

function amountOf(state: SessionState, group: SyncGroup): number {
  switch (group) {
    case 'conflicts':
    case 'problems':
    case 'arrivals':
      return state[group].length;
    case 'versions':
      // Nobody knows before they are asked for.
      return state.phase.kind === 'active' ? 1 : 0;
  }
}

function rowsOfGroup(state: SessionState, group: SyncGroup, facts: SyncFacts): readonly SyncRow[] {
  switch (group) {
    case 'conflicts':
      return conflictRows(state, facts);
    case 'problems':
      return problemRows(state);
    case 'arrivals':
      return arrivalRows(state, facts);
    case 'versions':
      return versionRows(state, facts.versions(state.workload), facts);
  }
}
