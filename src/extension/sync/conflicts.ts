import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { conflictMessage, conflictTitle, settledMessage } from '../../present/syncConflicts.ts';
import type { ConflictChoice, SyncConflict } from '../../sync/core/conflict.ts';
import { inBackground } from '../background.ts';
import { reportFailure } from '../report.ts';
import type { OpenSession, OpenSessions } from '../session/openSessions.ts';
import { readOnlyUri } from './readOnlyFiles.ts';
import { SyncElement } from './syncTree.ts';

/** A conflict and the session that it belongs to. */
export interface OpenConflict {
  readonly open: OpenSession;
  readonly conflict: SyncConflict;
}

/**
 * The conflict that a command is about: that of its row, or the one of a file in an editor. Throws `UserError`
 * `sync.no-conflict` when there is none, e.g. because it was settled meanwhile.
 */
export function conflictOf(sessions: OpenSessions, subject: unknown): OpenConflict {
  const node = subject instanceof SyncElement ? subject.row.node : undefined;
  const file = subject instanceof vscode.Uri ? subject : vscode.window.activeTextEditor?.document.uri;
  const isMeant = ({ open, conflict }: OpenConflict): boolean =>
    node === undefined
      ? localUri({ open, conflict }).toString() === file?.toString()
      : node.kind === 'conflict' && node.id === conflict.id;
  const found = openConflicts(sessions).find(isMeant);
  if (found === undefined) {
    throw new UserError({ code: 'sync.no-conflict', message: 'There is no conflict here any more.' });
  }
  return found;
}

/** Every conflict of the sessions of this window. */
export function openConflicts(sessions: OpenSessions): readonly OpenConflict[] {
  return sessions.all.flatMap((open) => open.session.state.conflicts.map((conflict) => ({ open, conflict })));
}

/** The local file of a conflict. */
export function localUri({ open, conflict }: OpenConflict): vscode.Uri {
  return vscode.Uri.file(path.join(open.session.state.folder, conflict.path));
}

/** Opens the two versions side by side: the pod's at the left, one's own to be edited at the right. */
export async function compareConflicts(conflicts: readonly OpenConflict[]): Promise<void> {
  const [first, ...others] = conflicts;
  if (first === undefined) return;
  const theirs = ({ conflict }: OpenConflict): vscode.Uri => readOnlyUri(conflict.theirs, conflict.path);
  if (others.length === 0) {
    await vscode.commands.executeCommand('vscode.diff', theirs(first), localUri(first), conflictTitle(first.conflict));
    return;
  }
  const resources = conflicts.map((one) => [localUri(one), theirs(one), localUri(one)]);
  await vscode.commands.executeCommand('vscode.changes', 'Conflicts: pod ↔ mine', resources);
}

/** Settles a conflict; what was typed into the file and not saved is part of one's own version. */
export async function settleConflict({ open, conflict }: OpenConflict, choice: ConflictChoice): Promise<void> {
  const uri = localUri({ open, conflict });
  if (choice !== 'theirs') {
    const unsaved = vscode.workspace.textDocuments.find((one) => one.isDirty && one.uri.toString() === uri.toString());
    await unsaved?.save();
  }
  await open.session.sync.resolveConflict(conflict.id, choice);
  vscode.window.setStatusBarMessage(settledMessage(conflict.path, choice), 5000);
}

/** Tells each conflict of a session once; those that come together are one message. */
export function tellConflicts(open: OpenSession, log: Log): void {
  const told = new Set<string>();
  const look = (): void => {
    const fresh = open.session.state.conflicts.filter(({ id }) => !told.has(id));
    for (const { id } of fresh) told.add(id);
    if (fresh.length === 0) return;
    const { workload } = open.session.state;
    const asked = askAbout(open, fresh).catch((error: unknown) =>
      reportFailure(error, { title: 'Settling a conflict', retry: undefined, subject: workload }, log),
    );
    inBackground(log, 'Reporting a conflict', asked);
  };
  open.scope.add(open.session.onState(look));
  look();
}

async function askAbout(open: OpenSession, fresh: readonly SyncConflict[]): Promise<void> {
  const buttons = { Compare: undefined, 'Keep Mine': 'mine', 'Take Theirs': 'theirs' } as const;
  const titles = Object.keys(buttons) as (keyof typeof buttons)[];
  const chosen = await vscode.window.showWarningMessage(conflictMessage(fresh), ...titles);
  if (chosen === undefined) return;
  const ids = new Set(fresh.map(({ id }) => id));
  const left = open.session.state.conflicts.filter(({ id }) => ids.has(id)).map((conflict) => ({ open, conflict }));
  const choice = buttons[chosen];
  if (choice === undefined) await compareConflicts(left);
  else for (const one of left) await settleConflict(one, choice);
}
