import * as vscode from 'vscode';
import { isAbortError, UserError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { KubeObject } from '../../cluster/core/objects.ts';
import type { ConfigLayer } from '../../config/configLayers.ts';
import { devMark, type Viewer } from '../../present/devMark.ts';
import type { Locale } from '../../present/locale.ts';
import { unusableConfigMessage } from '../../present/effectiveConfigText.ts';
import { isProtected, startedMessage } from '../../present/messages.ts';
import type { DevSession } from '../../session/devSession.ts';
import { resumeSession, startSession } from '../../session/openSession.ts';
import { listSavedSessions } from '../../session/savedSession.ts';
import type { SessionDeps, StartRequest } from '../../session/sessionDeps.ts';
import type { WorkloadId } from '../../session/core/state.ts';
import { inBackground } from '../background.ts';
import { toSignal } from '../cancellation.ts';
import type { ClusterPool } from '../clusterPool.ts';
import type { CommandId } from '../contributions.ts';
import type { Memory } from '../memory.ts';
import { chooseWorkload, type WorkloadQuestionDeps } from '../prompts/chooseWorkload.ts';
import { ask } from '../prompts/pick.ts';
import type { OpenSession, OpenSessions } from '../session/openSessions.ts';
import { tryClaimSession } from '../session/sessionClaim.ts';
import type { Settings } from '../settings.ts';
import { workloadOf } from '../subject.ts';
import type { EndDevelop } from './endDevelop.ts';
import { fetchWorkload, prepareStart } from './prepareStart.ts';
import { StartProgress } from './startProgress.ts';

/** What Start Develop takes from the window. */
export interface StartDevelopDeps extends WorkloadQuestionDeps {
  readonly clusters: ClusterPool;
  readonly sessions: OpenSessions;
  readonly settings: Settings;
  readonly memory: Memory;
  readonly endDevelop: EndDevelop;
  readonly sessionDeps: () => SessionDeps;
  readonly viewer: () => Viewer;
  readonly locale: Locale;
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/** Puts a workload into dev mode and opens its session in this window. */
export class StartDevelop {
  readonly #deps: StartDevelopDeps;

  constructor(deps: StartDevelopDeps) {
    this.#deps = deps;
  }

  /** `subject` names the workload, or it is asked for. With `useMemory` the answers of the last time count. */
  async run(subject: unknown, useMemory: boolean): Promise<void> {
    const workload = workloadOf(subject) ?? (await chooseWorkload(this.#deps, 'Start Develop', 'developable'));
    if (this.#deps.sessions.find(workload) !== undefined) throw alreadyHere(workload);
    if (this.#deps.sessions.isStarting(workload)) return;
    const cluster = await this.#deps.clusters.shared(workload.context);
    const fetch = (): Promise<KubeObject> => fetchWorkload(cluster, workload, AbortSignal.timeout(30_000));
    let object = await fetch();
    if (await this.#resumeOwn(workload, object)) return;
    await this.#askForProtected(workload.context, cluster.server);
    if (await this.#endForeign(workload, object)) object = await fetch();
    const title = `Start Develop: ${workload.name}`;
    const preparation = { workload, object, cluster, useMemory, title };
    const { request, choice, layers } = await prepareStart(preparation, this.#deps);
    this.#tellUnusable(workload, layers);
    const session = await this.#start(request);
    // Not before: an answer that did not work must be asked for again.
    await this.#deps.memory.remember(workload, choice);
    const open = this.#deps.sessions.add(session);
    const claim = await tryClaimSession(session.id);
    if (claim !== undefined) open.scope.add(claim);
    this.#welcome(open, layers);
  }

  async #start(request: StartRequest): Promise<DevSession> {
    const { sessions, scheduler, log } = this.#deps;
    const { workload } = request;
    const deps = this.#deps.sessionDeps();
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: `Start Develop: ${workload.name}`,
      cancellable: true,
    };
    return vscode.window.withProgress(options, async (progress, token) => {
      const shown = new StartProgress(progress, scheduler);
      token.onCancellationRequested(() => shown.cancel());
      let starting = true;
      try {
        return await startSession(deps, request, toSignal(token), (state) => {
          // The session goes on telling its state to whoever started it.
          if (!starting) return;
          sessions.setStarting(workload, state);
          shown.show(state);
        });
      } catch (error) {
        if (isAbortError(error)) tell(`Start Develop cancelled: ${workload.name} is as it was.`);
        throw error;
      } finally {
        starting = false;
        shown.dispose();
        sessions.setStarting(workload, undefined);
        log.info(`Start Develop of ${workload.name}: ${shown.report}`);
      }
    });
  }

  /** A workload that this machine put into dev mode, and that no window has open, is taken up again. */
  async #resumeOwn(workload: WorkloadId, object: KubeObject): Promise<boolean> {
    const { viewer, sessions, log } = this.#deps;
    const mark = devMark(workload, object, viewer());
    if (mark.kind !== 'mine') return false;
    const deps = this.#deps.sessionDeps();
    const saved = await listSavedSessions(deps.stateDir, log);
    const own = saved.find(({ id }) => id === mark.record.session);
    if (own === undefined) return false;
    const claim = await tryClaimSession(own.id);
    if (claim === undefined) throw otherWindow(workload);
    sessions.add(await resumeSession(deps, own)).scope.add(claim);
    return true;
  }

  /** Asks before it ends what somebody else started. */
  async #endForeign(workload: WorkloadId, object: KubeObject): Promise<boolean> {
    const mark = devMark(workload, object, this.#deps.viewer());
    if (mark.kind !== 'other' && mark.kind !== 'mine') return false;
    await this.#deps.endDevelop.endAnywhere(workload, mark.record);
    return true;
  }

  async #askForProtected(context: string, server: string): Promise<void> {
    if (!isProtected(context, this.#deps.settings.protectedContexts)) return;
    await ask({
      title: 'Start Develop on a Protected Context',
      prompt: `Context ${context} at ${server} is protected. Type its name to go on.`,
      placeHolder: context,
      problem: (text) => (text === context ? undefined : 'This is not the name of the context.'),
    });
  }

  /** Sources that whoever starts may not be able to correct are no reason not to start, but are told. */
  #tellUnusable(workload: WorkloadId, layers: readonly ConfigLayer[]): void {
    const [first] = layers.filter(({ status }) => status === 'unusable');
    if (first === undefined) return;
    const button = 'Show Effective Config';
    const shown = vscode.window.showWarningMessage(unusableConfigMessage(first), button).then((chosen) => {
      const command: CommandId = 'podloop.showEffectiveConfig';
      return chosen === button ? vscode.commands.executeCommand(command, workload) : undefined;
    });
    inBackground(this.#deps.log, 'The message about the config', shown);
  }

  #welcome({ session }: OpenSession, layers: readonly ConfigLayer[]): void {
    const { workload } = session.state;
    const buttons = {
      'Open Terminal': 'podloop.openTerminal',
      ...(session.config.run === undefined ? {} : { Run: 'podloop.run' }),
      ...(session.config.debug === undefined ? {} : { Debug: 'podloop.debug' }),
      // What the folder says nothing of was found out or asked for, and would be for everybody else as well.
      ...(hasFile(layers) ? {} : { 'Save as Config': 'podloop.saveConfig' }),
    } satisfies Readonly<Record<string, CommandId>>;
    const shown = vscode.window.showInformationMessage(startedMessage(workload.name), ...Object.keys(buttons));
    const chosen = shown.then((button) => {
      const command = Object.entries(buttons).find(([label]) => label === button)?.[1];
      return command === undefined ? undefined : vscode.commands.executeCommand(command, workload);
    });
    inBackground(this.#deps.log, 'The choice after Start Develop', chosen);
  }
}

function hasFile(layers: readonly ConfigLayer[]): boolean {
  return layers.some(({ source, entry }) => source.kind === 'file' && entry !== undefined);
}

function tell(text: string): void {
  vscode.window.setStatusBarMessage(text, 5000);
}

function otherWindow(workload: WorkloadId): UserError {
  return new UserError({
    code: 'session.other-window',
    message: `${workload.name} is in dev mode in another window of this machine.`,
    next: 'Work there, or close that window and try again.',
  });
}

function alreadyHere(workload: WorkloadId): UserError {
  return new UserError({
    code: 'session.already-open',
    message: `${workload.name} is in dev mode in this window already.`,
    next: 'Use its menu in the status bar.',
  });
}
