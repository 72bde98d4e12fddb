import { isSyncPaused, isSyncRunning, type SessionState } from '../session/core/state.ts';

/** What can be done with a session from its menu. */
export type SessionVerb =
  | 'openTerminal'
  | 'run'
  | 'debug'
  | 'restartRun'
  | 'stopRun'
  | 'openPort'
  | 'forwardPort'
  | 'flushSync'
  | 'pauseSync'
  | 'resumeSync'
  | 'restoreFile'
  | 'showSynced'
  | 'reconnect'
  | 'showProblems'
  | 'showLogs'
  | 'showLog'
  | 'endDevelop';

/** One line of the menu; a line without a verb separates. */
export type MenuLine =
  | {
      readonly kind: 'verb';
      readonly verb: SessionVerb;
      readonly icon: string;
      readonly label: string;
      readonly description?: string;
    }
  | { readonly kind: 'separator'; readonly label: string };

/** What a menu depends on besides the session's state. */
export interface MenuFacts {
  /** Which command runs in the pod now, if any. */
  readonly running: 'run' | 'debug' | undefined;
}

/** What can be done with a session now, the most wanted first. */
export function sessionMenu(state: SessionState, facts: MenuFacts): readonly MenuLine[] {
  const connected = state.phase.kind === 'active';
  const settled = state.phase.kind !== 'starting' && state.phase.kind !== 'ending' && state.phase.kind !== 'ended';
  return [
    ...(connected ? [...podLines(facts), ...portLines(state)] : []),
    ...(settled ? syncLines(state) : []),
    { kind: 'separator', label: 'Session' },
    verb('showLog', 'output', 'Show Log'),
    ...(settled ? [verb('endDevelop', 'debug-stop', 'End Develop', 'puts the workload back as it was')] : []),
  ];
}

function podLines({ running }: MenuFacts): readonly MenuLine[] {
  const lines = [verb('openTerminal', 'terminal', 'Open Terminal')];
  if (running !== undefined) {
    const what = running === 'run' ? 'Run' : 'Debug';
    return [
      ...lines,
      verb('restartRun', 'debug-restart', `Restart ${what}`),
      verb('stopRun', 'debug-stop', `Stop ${what}`),
    ];
  }
  return [...lines, verb('run', 'play', 'Run'), verb('debug', 'debug-alt', 'Debug')];
}

function portLines(state: SessionState): readonly MenuLine[] {
  const ports = state.forwards.map(({ local }) => `localhost:${local}`).join(', ');
  return [
    { kind: 'separator', label: 'Ports' },
    ...(ports === '' ? [] : [verb('openPort', 'globe', 'Open Forwarded Port', ports)]),
    verb('forwardPort', 'plug', 'Forward Port...'),
  ];
}

function syncLines(state: SessionState): readonly MenuLine[] {
  const { phase, problems } = state;
  const down = phase.kind === 'recovering' || (phase.kind === 'active' && phase.sync.kind === 'disconnected');
  return [
    { kind: 'separator', label: 'Sync' },
    ...(problems.length > 0 ? [verb('showProblems', 'warning', 'Show Paths Not Synced', `${problems.length}`)] : []),
    ...(down ? [verb('reconnect', 'plug', 'Reconnect Now')] : []),
    ...(isSyncPaused(state)
      ? [verb('resumeSync', 'debug-continue', 'Resume Sync')]
      : [
          ...(down ? [] : [verb('flushSync', 'sync', 'Wait for Sync')]),
          ...(isSyncRunning(state) ? [verb('pauseSync', 'debug-pause', 'Pause Sync')] : []),
        ]),
    ...(phase.kind === 'active'
      ? [
          verb('restoreFile', 'trash', 'Restore Deleted or Replaced File...'),
          verb('showSynced', 'list-tree', 'Show What Is Synced'),
          verb('showLogs', 'list-flat', 'Show Pod Logs'),
        ]
      : []),
  ];
}

function verb(name: SessionVerb, icon: string, label: string, description?: string): MenuLine {
  return { kind: 'verb', verb: name, icon, label, ...(description === undefined ? {} : { description }) };
}
