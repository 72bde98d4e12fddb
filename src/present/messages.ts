import type { Developer, DevModeRecord } from '../devmode/core/record.ts';
import type { ForwardState } from '../session/core/state.ts';
import { sinceText } from './devMark.ts';
import { sentences } from './errorText.ts';
import { count, duration, type Locale } from './locale.ts';

/** What the badge on the view's icon counts. */
export function sessionCount(sessions: number): string {
  return `${count(sessions, 'workload')} in dev mode in this window`;
}

/** After Start Develop. */
export function startedMessage(workload: string): string {
  return `${workload} is in dev mode.`;
}

/** What ending dev mode came to; the same as the session's report. */
export interface EndFacts {
  /** Places that somebody else changed meanwhile. */
  readonly keptChanges: readonly string[];
  /** What was still missing when waiting stopped. */
  readonly unfinished: string | undefined;
  readonly milliseconds: number;
}

/** After End Develop. */
export function endedMessage(workload: string, { keptChanges, unfinished, milliseconds }: EndFacts): string {
  if (unfinished !== undefined) return sentences(`${workload} is out of dev mode, but not ready yet`, unfinished);
  if (keptChanges.length === 0) return `${workload} is back as it was (${duration(milliseconds)}).`;
  return sentences(
    `${workload} is out of dev mode`,
    `Changed by someone else meanwhile and left as it is now: ${keptChanges.join(', ')}`,
  );
}

/** Above the question whether to end what somebody else started. */
export function foreignDevModeMessage(
  workload: string,
  record: DevModeRecord,
  now: number,
  locale: Locale,
): { readonly message: string; readonly detail: string } {
  return {
    message: `${workload} is developed by ${person(record.developer)} since ${sinceText(record, now, locale)}.`,
    detail: 'Ending their dev mode closes their session and puts the workload back as it was. Their files stay.',
  };
}

/** `http://localhost:8080`: where a forwarded port answers. */
export function forwardAddress({ local }: ForwardState): string {
  return `http://localhost:${local}`;
}

/** What the terminal of a program says of the ways to reach it; `undefined` without any. */
export function programNote(forwards: readonly ForwardState[]): string | undefined {
  if (forwards.length === 0) return undefined;
  return forwards.map((forward) => `Port ${forward.remote} is at ${forwardAddress(forward)}`).join('\r\n');
}

/** What is wrong with the text as a port number, or `undefined`. */
export function portProblem(text: string): string | undefined {
  const port = Number(text.trim());
  return /^\d+$/.test(text.trim()) && port >= 1 && port <= 65_535 ? undefined : 'Enter a port number, 1 to 65535.';
}

/** What is wrong with the text as the name of a namespace, or `undefined`. */
export function namespaceProblem(text: string): string | undefined {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text.trim())
    ? undefined
    : 'A namespace has up to 63 lower-case letters, digits and hyphens.';
}

/** Whether a context is one of those that ask before anything is changed. Patterns take `*`; case does not count. */
export function isProtected(context: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const expression = pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*');
    return new RegExp(`^${expression}$`, 'i').test(context);
  });
}

function person({ user, host }: Developer): string {
  return `${user} on ${host}`;
}
