import path from 'node:path';
import * as vscode from 'vscode';
import { toSignal } from '../cancellation.ts';
import { pick } from '../prompts/pick.ts';
import type { OpenSession } from './openSessions.ts';

/** Waits until everything that is on disk now is visible in the pod. */
export async function waitForSync({ session }: OpenSession): Promise<void> {
  const { name } = session.state.workload;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Waiting for sync: ${name}`,
    cancellable: true,
  };
  await vscode.window.withProgress(options, (_, token) => session.flush(toSignal(token)));
  vscode.window.setStatusBarMessage(`${name}: everything on disk is in the pod.`, 5000);
}

/** Lists the paths that could not be synced, with the reasons; choosing one opens it. */
export async function showProblems({ session }: OpenSession): Promise<void> {
  const { problems, folder, workload } = session.state;
  if (problems.length === 0) {
    vscode.window.setStatusBarMessage(`${workload.name}: no path is left out.`, 5000);
    return;
  }
  const options = problems.map((problem) => ({
    label: `$(warning) ${problem.path}`,
    detail: problem.message,
    value: problem,
  }));
  const { path: chosen } = await pick(`Paths Not Synced: ${workload.name}`, 'Open', options);
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path.join(folder, chosen)));
}
