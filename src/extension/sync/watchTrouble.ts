import * as vscode from 'vscode';
import type { Log } from '../../base/log.ts';
import { watchNotice } from '../../present/watchNotice.ts';
import { inBackground } from '../background.ts';
import type { OpenSession } from '../session/openSessions.ts';

/** Warns once in a session that changes are noticed late, where somebody can do something about it. */
export function tellWatchTrouble(open: OpenSession, log: Log): void {
  let told = false;
  const look = (): void => {
    const { watchTrouble } = open.session.state;
    if (told || watchTrouble === undefined) return;
    const { message, command } = watchNotice(watchTrouble);
    log.warn(message);
    if (command === undefined) return;
    told = true;
    const shown = vscode.window.showWarningMessage(message, 'Copy Command').then(async (chosen) => {
      if (chosen !== undefined) await vscode.env.clipboard.writeText(command);
    });
    inBackground(log, 'Copying the command', shown);
  };
  open.scope.add(open.session.onState(look));
  look();
}
