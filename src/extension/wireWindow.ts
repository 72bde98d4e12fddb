import * as vscode from 'vscode';
import { sessionCount } from '../present/messages.ts';
import { isSyncPaused, isSyncRunning } from '../session/core/state.ts';
import { localPath } from '../base/paths.ts';
import { inBackground } from './background.ts';
import { setContextKey } from './contextKey.ts';
import type { ContextKey } from './contributions.ts';
import { reportFailure } from './report.ts';
import type { Services } from './services.ts';
import { innermost } from './session/chooseSession.ts';
import type { OpenSessions } from './session/openSessions.ts';
import { forwardConfigured } from './session/ports.ts';
import { tellSyncFailures } from './session/syncFailures.ts';
import { localUri, openConflicts, tellConflicts } from './sync/conflicts.ts';
import type { SyncView } from './sync/syncView.ts';
import { tellWatchTrouble } from './sync/watchTrouble.ts';
import type { ClustersView } from './tree/clustersView.ts';

/** The views of the window. */
export interface Views {
  readonly clusters: ClustersView;
  readonly sync: SyncView;
}

/** Lets what happens in the services and in the window reach each other; ends with what it returns. */
export function wireWindow(services: Services, views: Views): vscode.Disposable {
  const { sessions, tree, clusters, log } = services;
  const known = new Map<ContextKey, string>();
  const set = (key: ContextKey, value: string | boolean | readonly string[]): void => {
    const text = JSON.stringify(value);
    if (known.get(key) === text) return;
    known.set(key, text);
    inBackground(log, `Setting ${key}`, setContextKey(key, value));
  };
  const clustersView = views.clusters;
  clustersView.attach(tree);
  views.sync.attach(services.syncTree);
  return vscode.Disposable.from(
    clusters.onChange(() => {
      tree.refresh();
    }),
    onChangedSet(sessions, () => {
      const { size } = sessions.ids;
      tree.redraw();
      set('podloop.inSession', size > 0);
      clustersView.view.badge = size === 0 ? undefined : { value: size, tooltip: sessionCount(size) };
    }),
    sessions.onChange(() => {
      const { states } = sessions;
      set(
        'podloop.connected',
        states.some(({ phase }) => phase.kind === 'active'),
      );
      set('podloop.syncRunning', states.some(isSyncRunning));
      set('podloop.syncPaused', states.some(isSyncPaused));
      set(
        'podloop.conflicts',
        openConflicts(sessions).map((conflict) => localUri(conflict).fsPath),
      );
    }),
    services.terminals.onChange(() => {
      set(
        'podloop.running',
        sessions.all.some((open) => services.terminals.running(open) !== undefined),
      );
    }),
    sessions.onOpen((open) => {
      forwardConfigured(open, log);
      tellSyncFailures(open, log);
      tellConflicts(open, log);
      tellWatchTrouble(open, log);
    }),
    sessions.onLost(({ state, error }) => {
      const attempt = { title: `Dev mode of ${state.workload.name}`, retry: undefined, subject: state.workload };
      inBackground(log, attempt.title, reportFailure(error, attempt, log));
    }),
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      if (uri.scheme === 'file') innermost(sessions.all, uri.fsPath)?.session.noteSaved(localPath(uri.fsPath));
    }),
  );
}

/** Calls back now and whenever other sessions are open or starting than before. */
function onChangedSet(sessions: OpenSessions, callback: () => void): vscode.Disposable {
  const signature = (): string => JSON.stringify([[...sessions.ids], sessions.starting]);
  let before = signature();
  callback();
  return vscode.Disposable.from(
    sessions.onChange(() => {
      const now = signature();
      if (now === before) return;
      before = now;
      callback();
    }),
  );
}
