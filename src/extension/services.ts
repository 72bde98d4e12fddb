import * as vscode from 'vscode';
import type { Log } from '../base/log.ts';
import type { LocalPath } from '../base/paths.ts';
import { systemScheduler } from '../base/scheduler.ts';
import { Kubeconfigs } from '../cluster/kubeconfigs.ts';
import type { Viewer } from '../present/devMark.ts';
import type { Locale } from '../present/locale.ts';
import type { WorkloadView } from '../present/treeWorkloads.ts';
import type { SessionDeps } from '../session/sessionDeps.ts';
import { ClusterCommands } from './clusterCommands.ts';
import { ClusterPool } from './clusterPool.ts';
import { pathsOf, SettingsContextSource } from './contextSource.ts';
import { setContextKey } from './contextKey.ts';
import { settingIds } from './contributions.ts';
import { readDeveloper } from './developer.ts';
import { EndDevelop } from './develop/endDevelop.ts';
import { EffectiveConfigs } from './develop/showEffectiveConfig.ts';
import { StartDevelop } from './develop/startDevelop.ts';
import { Memory } from './memory.ts';
import { DebugProgram } from './session/debugProgram.ts';
import { OpenSessions } from './session/openSessions.ts';
import { SessionStatusBar } from './session/sessionStatusBar.ts';
import { Settings } from './settings.ts';
import { DevTerminals } from './terminals/devTerminals.ts';
import { SyncTree } from './sync/syncTree.ts';
import { VersionLists } from './sync/versionLists.ts';
import { ClusterTree } from './tree/clusterTree.ts';

/** What the window hands to the services. */
export interface WindowContext {
  /** Folder for state on this machine. */
  readonly stateDir: LocalPath;
  /** Version of this extension. */
  readonly version: string;
  readonly globalState: vscode.Memento;
  readonly log: Log;
}

/** Everything that works for one window, joined together. */
export type Services = Awaited<ReturnType<typeof createServices>>;

/** The one place that constructs. What it made ends with `dispose`, sessions by `sessions.detachAll` before. */
export async function createServices({ stateDir, version, globalState, log }: WindowContext) {
  const developer = await readDeveloper(stateDir);
  const scheduler = systemScheduler;
  const locale: Locale = { language: vscode.env.language, timeZone: undefined };
  const settings = new Settings(settingIds);
  const memory = new Memory(globalState);
  const kubeconfigs = new Kubeconfigs(pathsOf(settings), scheduler, log);
  const contexts = new SettingsContextSource(kubeconfigs, settings);
  const clusters = new ClusterPool(contexts, async (context) => {
    // The Kubernetes client is most of the code; it is loaded when there is somebody to talk to.
    const { openKubeCluster } = await import('../cluster/kubeCluster.ts');
    return openKubeCluster({ context, scheduler, log });
  });
  const sessions = new OpenSessions();
  const viewer = (): Viewer => ({
    installation: developer.installation,
    sessions: sessions.ids,
    isStarting: (workload) => sessions.isStarting(workload),
  });
  const now = () => scheduler.now();
  const view = (): WorkloadView => ({ ...viewer(), now: now(), locale });
  const tree = new ClusterTree({
    async readKubeconfig() {
      const read = await clusters.read();
      await setContextKey('podloop.contexts', read.contexts.length === 0 ? 'none' : 'some');
      return read;
    },
    openCluster: (context) => clusters.shared(context),
    namedNamespaces: (context) => settings.namespaces(context),
    view,
  });
  const sessionDeps = (): SessionDeps => ({
    openCluster: (context) => clusters.own(context),
    stateDir,
    developer,
    sidecarImage: settings.sidecarImage,
    podloopVersion: version,
    scheduler,
    log,
  });
  const versions = new VersionLists(sessions);
  const syncTree = new SyncTree({ sessions, versions, reader: () => ({ now: now(), locale }), log });
  const terminals = new DevTerminals();
  const debug = new DebugProgram(terminals, scheduler, log);
  const shared = { clusters, sessions, settings, memory, sessionDeps, viewer, now, locale, scheduler, log };
  const endDevelop = new EndDevelop(shared);
  const effectiveConfigs = new EffectiveConfigs(shared);
  const disposables: readonly { dispose(): void }[] = [
    settings,
    kubeconfigs,
    contexts,
    clusters,
    sessions,
    tree,
    syncTree,
    new SessionStatusBar(sessions, { scheduler, locale }),
    terminals,
    debug,
    effectiveConfigs,
  ];
  return {
    ...shared,
    contexts,
    tree,
    versions,
    syncTree,
    terminals,
    debug,
    effectiveConfigs,
    endDevelop,
    startDevelop: new StartDevelop({ ...shared, endDevelop }),
    clusterCommands: new ClusterCommands({ clusters, contexts, settings, tree }),
    dispose(): void {
      for (const disposable of disposables.toReversed()) disposable.dispose();
    },
  };
}
