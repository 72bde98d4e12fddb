import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import type { Locale } from '../../present/locale.ts';
import { sessionText } from '../../present/sessionText.ts';
import type { SessionState } from '../../session/core/state.ts';
import { pick } from '../prompts/pick.ts';
import { workloadOf } from '../subject.ts';
import type { OpenSession, OpenSessions } from './openSessions.ts';

/** How the choice is asked for. */
export interface SessionQuestion {
  readonly title: string;
  readonly now: number;
  readonly locale: Locale;
  /** Which sessions come into question; all without it. */
  readonly suits?: (state: SessionState) => boolean;
}

/**
 * The session that a command is about: the one of its row, the only one, the one whose folder holds the active file, or
 * the one that the user picks. Throws `UserError` `session.none` when there is none.
 */
export async function chooseSession(
  sessions: OpenSessions,
  subject: unknown,
  { title, now, locale, suits = () => true }: SessionQuestion,
): Promise<OpenSession> {
  const workload = workloadOf(subject);
  const named = workload === undefined ? undefined : sessions.find(workload);
  if (named !== undefined) return named;
  const suitable = sessions.all.filter(({ session }) => suits(session.state));
  const [first, ...others] = suitable.length > 0 ? suitable : sessions.all;
  if (first === undefined || workload !== undefined) throw noSessionError(workload?.name);
  if (others.length === 0) return first;
  const active = vscode.window.activeTextEditor?.document.uri;
  const around = active?.scheme === 'file' ? innermost([first, ...others], active.fsPath) : undefined;
  if (around !== undefined) return around;
  const options = [first, ...others].map((open) => {
    const { state } = open.session;
    const { icon, text } = sessionText(state, now, locale);
    return { label: `$(${icon}) ${state.workload.name}`, description: text, detail: state.folder, value: open };
  });
  return pick(title, 'Workload in dev mode', options);
}

/** The session whose folder holds the file, the deepest of several. */
export function innermost(sessions: readonly OpenSession[], file: string): OpenSession | undefined {
  return sessions
    .filter(({ session }) => isInside(session.state.folder, file))
    .toSorted((a, b) => b.session.state.folder.length - a.session.state.folder.length)[0];
}

/** Whether the path is the folder or lies below it. */
export function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function noSessionError(name: string | undefined): UserError {
  return new UserError({
    code: 'session.none',
    message:
      name === undefined ? 'No workload is in dev mode in this window.' : `${name} is not in dev mode in this window.`,
    next: 'Choose Start Develop on a workload first.',
  });
}
