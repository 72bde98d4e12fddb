import type { SessionState } from '../session/core/state.ts';
import { count, type Locale } from './locale.ts';
import { code, escapeMarkdown, factSheet } from './markdown.ts';
import { sessionText, type SessionText, type Urgency } from './sessionText.ts';

/** What the status bar item shows. */
export interface StatusBarView {
  /** With product icons as `$(name)`. */
  readonly text: string;
  /** Markdown. */
  readonly tooltip: string;
  readonly accessibleLabel: string;
  readonly background: 'warning' | 'error' | undefined;
}

const urgencies: readonly Urgency[] = ['calm', 'busy', 'warning', 'error'];
/** Problems listed one by one in the tooltip; the rest is counted. */
const listedProblems = 5;

/**
 * The status bar item for the sessions of a window, `undefined` when there is none. With several it speaks of the one
 * most in need of attention.
 */
export function statusBarView(
  sessions: readonly SessionState[],
  now: number,
  locale: Locale,
): StatusBarView | undefined {
  const told = sessions.map((state) => ({ state, text: sessionText(state, now, locale) }));
  const [first] = told.toSorted((a, b) => urgencies.indexOf(b.text.urgency) - urgencies.indexOf(a.text.urgency));
  if (first === undefined) return undefined;
  const others = told.length > 1 ? ` (+${told.length - 1})` : '';
  const words = `${first.state.workload.name}${others}: ${first.text.text}`;
  return {
    text: `$(${first.text.icon}) ${words}`,
    tooltip: told.map(({ state, text }) => sessionTooltip(state, text)).join('\n\n---\n\n'),
    accessibleLabel: `Podloop, ${words}`,
    background: first.text.urgency === 'warning' || first.text.urgency === 'error' ? first.text.urgency : undefined,
  };
}

/** The facts of a session, as Markdown. */
export function sessionTooltip(state: SessionState, text: SessionText): string {
  const { workload, phase } = state;
  const facts = factSheet(`${workload.kind} ${workload.name}`, [
    ['Status', escapeMarkdown(text.text)],
    ['Reason', text.reason === undefined ? undefined : escapeMarkdown(text.reason)],
    ['Context', `${code(workload.context)}, namespace ${code(workload.namespace)}`],
    ['Pod', phase.kind === 'active' ? code(phase.pod) : undefined],
    ['Container', code(state.container)],
    ['Folder', `${code(state.folder)} → ${code(state.workDir)}`],
    ['Ports', state.forwards.map(({ local, remote }) => `localhost:${local} → ${remote}`).join(', ') || undefined],
  ]);
  return state.problems.length === 0 ? facts : `${facts}\n\n${problemList(state)}`;
}

function problemList({ problems }: SessionState): string {
  const shown = problems
    .slice(0, listedProblems)
    .map(({ path, message }) => `- ${code(path)}: ${escapeMarkdown(message)}`);
  const rest = problems.length - shown.length;
  return [
    `Not synced: ${count(problems.length, 'path')}`,
    '',
    ...shown,
    ...(rest > 0 ? [`- and ${rest} more`] : []),
  ].join('\n');
}
