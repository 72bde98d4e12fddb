import * as vscode from 'vscode';
import { AbortError } from '../base/errors.ts';
import { commandTable } from './commandTable.ts';
import type { CommandTable } from './register.ts';
import { createServices, type Services, type WindowContext } from './services.ts';
import { chooseSession } from './session/chooseSession.ts';
import { resumeSessions } from './session/resume.ts';
import { type Views, wireWindow } from './wireWindow.ts';

/** What a window takes from its activation. */
export interface DevWindowOptions extends WindowContext {
  readonly views: Views;
  readonly showLog: () => void;
}

/** Everything behind the commands and views of one window. */
export interface DevWindow {
  readonly services: Services;
  readonly commands: CommandTable;
  /** A shell in a dev container, for VS Code's list of terminal profiles. */
  terminalProfile(): Promise<vscode.TerminalProfile>;
  /** Comes back to the sessions whose folder is open here. */
  resume(): Promise<void>;
  /** Lets go of sessions and everything else; dev mode stays on. */
  close(): Promise<void>;
}

/** Joins the services of a window to VS Code. */
export async function openDevWindow(options: DevWindowOptions): Promise<DevWindow> {
  const services = await createServices(options);
  const wires = wireWindow(services, options.views);
  const { sessions, terminals, now, locale, log } = services;
  const closing = new AbortController();
  return {
    services,
    commands: commandTable(services, {
      showLog: options.showLog,
      showProblems: (state) => options.views.sync.showProblems(state),
    }),
    async terminalProfile() {
      const open = await chooseSession(sessions, undefined, { title: 'Dev Container', now: now(), locale });
      return new vscode.TerminalProfile(terminals.shellOptions(open));
    },
    async resume() {
      const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
      await resumeSessions(sessions, { deps: services.sessionDeps(), folders, signal: closing.signal, log });
    },
    async close() {
      closing.abort(new AbortError());
      wires.dispose();
      await sessions.detachAll();
      services.dispose();
    },
  };
}
