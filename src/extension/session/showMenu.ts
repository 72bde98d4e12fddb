import * as vscode from 'vscode';
import type { Locale } from '../../present/locale.ts';
import { type MenuLine, sessionMenu, type SessionVerb } from '../../present/sessionMenu.ts';
import { sessionText } from '../../present/sessionText.ts';
import { answered } from '../cancellation.ts';
import type { CommandId } from '../contributions.ts';
import type { DevTerminals } from '../terminals/devTerminals.ts';
import type { OpenSession } from './openSessions.ts';

interface Line extends vscode.QuickPickItem {
  readonly verb: SessionVerb | undefined;
}

/** Shows what can be done with a session now and does what was chosen. */
export async function showSessionMenu(
  { session }: OpenSession,
  running: ReturnType<DevTerminals['running']>,
  { now, locale }: { readonly now: number; readonly locale: Locale },
): Promise<void> {
  const { state } = session;
  const lines = sessionMenu(state, { running: running?.kind }).map(render);
  const title = `Podloop: ${state.workload.name}`;
  const { verb } = await answered(
    vscode.window.showQuickPick(lines, { title, placeHolder: sessionText(state, now, locale).text }),
  );
  if (verb !== undefined) await vscode.commands.executeCommand(commandOf(verb), state.workload);
}

function render(line: MenuLine): Line {
  if (line.kind === 'separator') {
    return { label: line.label, kind: vscode.QuickPickItemKind.Separator, verb: undefined };
  }
  const { label, icon, description, verb } = line;
  return { label: `$(${icon}) ${label}`, verb, ...(description === undefined ? {} : { description }) };
}

function commandOf(verb: SessionVerb): CommandId {
  return `podloop.${verb}`;
}
