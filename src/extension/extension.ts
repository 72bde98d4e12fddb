import { readdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { type LocalPath, localPath } from '../base/paths.ts';
import { inBackground } from './background.ts';
import { commandTitles, terminalProfile } from './contributions.ts';
import { hostLog } from './hostLog.ts';
import { registerCommands } from './register.ts';
import { serveReadOnlyFiles } from './sync/readOnlyFiles.ts';
import { SyncView } from './sync/syncView.ts';
import { ClustersView } from './tree/clustersView.ts';
import type { DevWindow } from './devWindow.ts';

/** What works behind the commands and views, once something needed it. */
let opening: Promise<DevWindow> | undefined;

/** Puts commands, view and terminal profile in place; what works behind them is loaded at their first use. */
export function activate(context: vscode.ExtensionContext): void {
  const channel = vscode.window.createOutputChannel('Podloop', { log: true });
  const log = hostLog(channel);
  const stateDir = localPath(context.globalStorageUri.fsPath);
  const load = (): Promise<DevWindow> => {
    opening ??= import('./devWindow.ts').then(({ openDevWindow }) =>
      openDevWindow({
        stateDir,
        version: String(readManifest(context).version),
        globalState: context.globalState,
        views: { clusters, sync },
        showLog: () => channel.show(true),
        log,
      }),
    );
    return opening;
  };
  const clusters = new ClustersView(async () => (await load()).services.tree);
  const sync = new SyncView();
  context.subscriptions.push(
    channel,
    clusters,
    sync,
    serveReadOnlyFiles(stateDir),
    registerCommands(async () => (await load()).commands, { titles: commandTitles(readManifest(context)), log }),
    vscode.window.registerTerminalProfileProvider(terminalProfile, {
      provideTerminalProfile: async () => (await load()).terminalProfile(),
    }),
  );
  inBackground(log, 'Coming back to sessions', resume(stateDir, load));
}

/** Lets go of the sessions; dev mode stays on, and the next window comes back to them. */
export async function deactivate(): Promise<void> {
  const window = await opening;
  opening = undefined;
  await window?.close();
}

/** Loads what it takes to come back to sessions only where this machine knows of any. */
async function resume(stateDir: LocalPath, load: () => Promise<DevWindow>): Promise<void> {
  const saved = await readdir(path.join(stateDir, 'sessions')).catch(() => []);
  if (saved.some((name) => name.endsWith('.json'))) await (await load()).resume();
}

function readManifest({ extension }: vscode.ExtensionContext): Readonly<Record<string, unknown>> {
  // VS Code read it as JSON and refused to load the extension without an object there.
  return extension.packageJSON as Readonly<Record<string, unknown>>;
}
