import * as vscode from 'vscode';
import { programNote } from '../../present/messages.ts';
import { toSignal } from '../cancellation.ts';
import type { Services } from '../services.ts';
import type { OpenSession } from './openSessions.ts';

/** Starts the Run command in its terminal, or starts it again. */
export async function runProgram(
  { debug, terminals }: Pick<Services, 'debug' | 'terminals'>,
  open: OpenSession,
): Promise<void> {
  await debug.detach(open);
  const program = await terminals.startProgram(open, 'run');
  program.note(programNote(open.session.state.forwards));
}

/** Starts the Debug command in its terminal and attaches to it; cancelling stops waiting, not the program. */
export async function debugProgram({ debug }: Pick<Services, 'debug'>, open: OpenSession): Promise<void> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Debug: ${open.session.state.workload.name}`,
    cancellable: true,
  };
  await vscode.window.withProgress(options, (progress, token) => {
    progress.report({ message: 'waiting for the debug server in the pod' });
    return debug.start(open, toSignal(token));
  });
}
