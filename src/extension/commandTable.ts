import * as vscode from 'vscode';
import { chooseWorkload } from './prompts/chooseWorkload.ts';
import { debugProgram, runProgram } from './session/programCommands.ts';
import { openSessionConfig, openWorkspaceConfig, saveSessionConfig } from './develop/openConfig.ts';
import type { SyncReader } from '../present/syncArrivals.ts';
import type { CommandHandler, CommandTable } from './register.ts';
import type { Services } from './services.ts';
import { chooseSession } from './session/chooseSession.ts';
import type { OpenSession } from './session/openSessions.ts';
import { forwardPort, openPort, stopForward } from './session/ports.ts';
import { showSessionMenu } from './session/showMenu.ts';
import { isSyncPaused, isSyncRunning, type SessionState, type WorkloadId } from '../session/core/state.ts';
import { workloadOf } from './subject.ts';
import { compareConflicts, conflictOf, settleConflict } from './sync/conflicts.ts';
import { ignorePath, openSyncedFile, retryPath } from './sync/fileCommands.ts';
import { syncedFileOf } from './sync/syncedFile.ts';
import { showSynced } from './sync/showSynced.ts';
import { waitForSync } from './sync/syncCommands.ts';
import { compareVersion, restoreFile, restoreVersion, versionOf } from './sync/versionCommands.ts';
import { showPodLogs } from './terminals/podLogs.ts';

/** What commands show of the window itself. */
export interface WindowParts {
  readonly showLog: () => void;
  /** Shows the paths of a session that are not synced. */
  readonly showProblems: (state: SessionState) => Promise<void>;
}

/** Every command and what it does, over the services of the window. */
export function commandTable(services: Services, { showLog, showProblems }: WindowParts): CommandTable {
  const { sessions, terminals, debug, startDevelop, endDevelop, clusterCommands, versions, now, locale } = services;
  const reader = (): SyncReader => ({ now: now(), locale });
  /** A command about one session of this window. */
  const onSession =
    (
      title: string,
      act: (open: OpenSession) => Promise<void> | void,
      suits: (state: SessionState) => boolean = () => true,
    ): CommandHandler =>
    async (subject) =>
      act(await chooseSession(sessions, subject, { title, now: now(), locale, suits }));
  return {
    'podloop.startDevelop': (subject) => startDevelop.run(subject, true),
    'podloop.startDevelopWith': (subject) => startDevelop.run(subject, false),
    'podloop.endDevelop': async (subject) => {
      const workload = workloadOf(subject) ?? (await workloadToEnd(services));
      await endDevelop.run(workload);
    },
    'podloop.openTerminal': onSession('Open Terminal', (open) => {
      terminals.openShell(open);
    }),
    'podloop.run': onSession('Run', (open) => runProgram(services, open)),
    'podloop.debug': onSession('Debug', (open) => debugProgram(services, open)),
    'podloop.restartRun': onSession('Restart Program', async (open) => {
      await terminals.running(open)?.pty.command?.restart();
    }),
    'podloop.stopRun': onSession('Stop Program', async (open) => {
      await debug.detach(open);
      await terminals.running(open)?.pty.command?.stop();
    }),
    'podloop.openPort': onSession('Open Forwarded Port', openPort),
    'podloop.forwardPort': onSession('Forward Port', (open) => forwardPort(open, services.log)),
    'podloop.stopForward': onSession('Stop Forwarding Port', stopForward),
    'podloop.restoreFile': onSession('Restore Deleted or Replaced File', (open) => restoreFile(open, reader())),
    'podloop.showSynced': onSession('Show What Is Synced', (open) => showSynced(open, services)),
    'podloop.flushSync': onSession('Wait for Sync', waitForSync),
    'podloop.pauseSync': onSession('Pause Sync', ({ session }) => session.sync.pause(), isSyncRunning),
    'podloop.resumeSync': onSession('Resume Sync', ({ session }) => session.sync.resume(), isSyncPaused),
    'podloop.reconnect': onSession('Reconnect', ({ session }) => {
      session.reconnectNow();
    }),
    'podloop.showProblems': onSession('Show Paths Not Synced', ({ session }) => showProblems(session.state)),
    'podloop.showMenu': async (subject) => {
      const starting = sessions.all.length === 0 && sessions.states.length > 0;
      // A session that starts has no menu yet; its notification has the way out.
      if (starting) await vscode.commands.executeCommand('notifications.showList');
      else await showMenu(services, subject);
    },
    'podloop.showLogs': (subject) => showPodLogs(services.clusters, subject, () => workloadToRead(services)),
    'podloop.showLog': showLog,
    'podloop.openConfig': async (subject) => {
      if (sessions.all.length === 0) return openWorkspaceConfig();
      await openSessionConfig(
        await chooseSession(sessions, subject, { title: 'Open Config File', now: now(), locale }),
      );
    },
    'podloop.saveConfig': onSession('Save as Config', saveSessionConfig),
    'podloop.showEffectiveConfig': (subject) => services.effectiveConfigs.show(subject),
    'podloop.addKubeconfig': () => clusterCommands.addKubeconfig(),
    'podloop.useNamespace': (subject) => clusterCommands.useNamespace(subject),
    'podloop.forgetNamespace': (subject) => clusterCommands.forgetNamespace(subject),
    'podloop.refresh': (subject) => clusterCommands.refresh(subject),
    'podloop.retry': (subject) => clusterCommands.retry(subject),
    'podloop.refreshLogin': (subject) => clusterCommands.refreshLogin(subject),
    'podloop.openKubeconfig': (subject) => clusterCommands.openKubeconfig(subject),
    'podloop.copyAccessRule': (subject) => clusterCommands.copyAccessRule(subject),
    'podloop.copyName': (subject) => clusterCommands.copyName(subject),
    'podloop.openSyncedFile': (subject) => openSyncedFile(syncedFileOf(sessions, subject)),
    'podloop.retryPath': (subject) => {
      retryPath(syncedFileOf(sessions, subject));
    },
    'podloop.compareConflict': (subject) => compareConflicts([conflictOf(sessions, subject)]),
    'podloop.keepMine': (subject) => settleConflict(conflictOf(sessions, subject), 'mine'),
    'podloop.takeTheirs': (subject) => settleConflict(conflictOf(sessions, subject), 'theirs'),
    'podloop.markMerged': (subject) => settleConflict(conflictOf(sessions, subject), 'merged'),
    'podloop.compareVersion': (subject) => compareVersion(versionOf(sessions, versions, subject), reader()),
    'podloop.restoreVersion': (subject) => restoreVersion(versionOf(sessions, versions, subject)),
    'podloop.ignorePath': (subject) => ignorePath(syncedFileOf(sessions, subject), services.log),
  };
}

async function showMenu({ sessions, terminals, now, locale }: Services, subject: unknown): Promise<void> {
  const open = await chooseSession(sessions, subject, { title: 'Podloop', now: now(), locale });
  await showSessionMenu(open, terminals.running(open), { now: now(), locale });
}

/** The workload of a session of this window if there is one, else any. */
async function workloadToRead(services: Services): Promise<WorkloadId> {
  const { sessions, now, locale } = services;
  if (sessions.all.length === 0) return chooseWorkload(services, 'Show Pod Logs', 'developable');
  const { session } = await chooseSession(sessions, undefined, { title: 'Show Pod Logs', now: now(), locale });
  return session.state.workload;
}

/** The session of this window if there is one, else any workload that the cluster shows in dev mode. */
async function workloadToEnd(services: Services): Promise<WorkloadId> {
  const { sessions, now, locale } = services;
  if (sessions.all.length === 0) return chooseWorkload(services, 'End Develop', 'developed');
  const { session } = await chooseSession(sessions, undefined, { title: 'End Develop', now: now(), locale });
  return session.state.workload;
}
