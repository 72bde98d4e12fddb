import * as vscode from 'vscode';
import { toSignal } from '../cancellation.ts';
import type { OpenSession } from '../session/openSessions.ts';

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
