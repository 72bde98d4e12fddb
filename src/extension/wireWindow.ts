import * as vscode from 'vscode';
import { sessionCount } from '../present/messages.ts';
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
import type { ClustersView } from './tree/clustersView.ts';

/** Lets what happens in the services and in the window reach each other; ends with what it returns. */
export function wireWindow(services: Services, clustersView: ClustersView): vscode.Disposable {
  const { sessions, tree, clusters, log } = services;
  const set = (key: ContextKey, value: string | boolean): void => {
    inBackground(log, `Setting ${key}`, setContextKey(key, value));
  };
  clustersView.attach(tree);
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
      set(
        'podloop.connected',
        sessions.states.some(({ phase }) => phase.kind === 'active'),
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
