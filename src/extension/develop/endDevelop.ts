import * as vscode from 'vscode';
import type { Log } from '../../base/log.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { DevModeRecord } from '../../devmode/core/record.ts';
import { devMark, type Viewer } from '../../present/devMark.ts';
import type { Locale } from '../../present/locale.ts';
import { endedMessage, foreignDevModeMessage } from '../../present/messages.ts';
import type { EndReport } from '../../session/devSession.ts';
import { endDevModeAnywhere } from '../../session/openSession.ts';
import type { SessionDeps } from '../../session/sessionDeps.ts';
import type { WorkloadId } from '../../session/core/state.ts';
import { inBackground } from '../background.ts';
import { toSignal } from '../cancellation.ts';
import type { ClusterPool } from '../clusterPool.ts';
import { confirm } from '../prompts/pick.ts';
import type { OpenSessions } from '../session/openSessions.ts';
import { fetchWorkload } from './prepareStart.ts';

/** What End Develop takes from the window. */
export interface EndDevelopDeps {
  readonly clusters: ClusterPool;
  readonly sessions: OpenSessions;
  readonly sessionDeps: () => SessionDeps;
  readonly viewer: () => Viewer;
  readonly locale: Locale;
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/** Puts workloads back as they were, whoever put them into dev mode. */
export class EndDevelop {
  readonly #deps: EndDevelopDeps;

  constructor(deps: EndDevelopDeps) {
    this.#deps = deps;
  }

  /** Ends the session of this window, or dev mode by what the cluster knows. */
  async run(workload: WorkloadId): Promise<void> {
    const open = this.#deps.sessions.find(workload);
    if (open !== undefined) {
      this.#tell(workload, await withEndProgress(workload, (signal) => open.session.end(signal)));
      return;
    }
    const cluster = await this.#deps.clusters.shared(workload.context);
    const mark = devMark(
      workload,
      await fetchWorkload(cluster, workload, AbortSignal.timeout(30_000)),
      this.#deps.viewer(),
    );
    await this.endAnywhere(workload, mark.kind === 'other' ? mark.record : undefined);
  }

  /** Ends dev mode by what the cluster knows; asks first when `foreign` tells of somebody else's. */
  async endAnywhere(workload: WorkloadId, foreign: DevModeRecord | undefined): Promise<void> {
    if (foreign !== undefined) {
      const { scheduler, locale } = this.#deps;
      const { message, detail } = foreignDevModeMessage(workload.name, foreign, scheduler.now(), locale);
      await confirm(message, detail, 'End Develop');
    }
    const deps = this.#deps.sessionDeps();
    this.#tell(workload, await withEndProgress(workload, (signal) => endDevModeAnywhere(deps, workload, signal)));
  }

  #tell({ name }: WorkloadId, report: EndReport): void {
    const shown = vscode.window.showInformationMessage(endedMessage(name, report));
    inBackground(this.#deps.log, 'The message after End Develop', shown);
  }
}

async function withEndProgress(
  workload: WorkloadId,
  end: (signal: AbortSignal) => Promise<EndReport>,
): Promise<EndReport> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `End Develop: ${workload.name}`,
    cancellable: true,
  };
  return vscode.window.withProgress(options, (_, token) => end(toSignal(token)));
}
