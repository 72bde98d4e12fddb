import type { Duplex } from 'node:stream';
import { DisposableStore } from '../base/disposable.ts';
import { isAbortError, toError, type UserError } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import { type Log, prefixLog } from '../base/log.ts';
import type { LocalPath } from '../base/paths.ts';
import { delay } from '../base/scheduler.ts';
import type { Cluster, ExecStream } from '../cluster/cluster.ts';
import { types } from '../cluster/core/objects.ts';
import type { WorkloadRef } from '../devmode/core/developableKinds.ts';
import { readPod } from '../cluster/core/pods.ts';
import type { DevConfig } from '../config/devConfig.ts';
import { endDevMode } from '../devmode/endDevMode.ts';
import type { BatchApplied } from '../sync/core/status.ts';
import { openSyncEngine } from '../sync/openSyncEngine.ts';
import type { SyncEngine } from '../sync/syncEngine.ts';
import { runScript, shellScript, stopScript } from './core/podScripts.ts';
import { initialSession, reduceSession, type SessionAction, type SessionModel } from './core/reduceSession.ts';
import type { ForwardState, SessionPhase, SessionState } from './core/state.ts';
import { DevPods } from './devPods.ts';
import type { DevSession, EndReport, RunningCommand, SessionSync } from './devSession.ts';
import { noCommandError, notStoppedError } from './sessionErrors.ts';
import { PodCommand } from './podCommand.ts';
import { PortForwards } from './portForwards.ts';
import { forgetSession, type SavedSession, syncStateFolder } from './savedSession.ts';
import type { SessionDeps } from './sessionDeps.ts';
import { followWorkload } from './workloadFollower.ts';

/** After so many milliseconds the end of a program that was to be stopped is not waited for any more. */
const stopMilliseconds = 15_000;
/** How often it is looked whether the sync has come to the pod that a program is to start in. */
const anotherPodMilliseconds = 50;

/** A session that is open in this window. It does what the reducer decides; it never decides a phase by itself. */
export class LiveSession implements DevSession {
  readonly id: string;
  readonly #deps: SessionDeps;
  readonly #cluster: Cluster;
  #saved: SavedSession;
  readonly #ref: WorkloadRef;
  readonly #log: Log;
  readonly #store = new DisposableStore();
  readonly #commands = new Set<PodCommand>();
  readonly #abort = new AbortController();
  readonly #stateChanged = this.#store.add(new Emitter<SessionState>());
  readonly #batchApplied = this.#store.add(new Emitter<BatchApplied>());
  readonly #forwards: PortForwards;
  /** Dev mode is not ours any more, so there is nothing to end. */
  #isLost = false;
  #model: SessionModel;
  #pods: DevPods | undefined;
  #engine: SyncEngine | undefined;
  /** The pod whose sidecar the engine was connected to last. */
  #syncedPod: string | undefined;

  readonly onState = this.#stateChanged.event;
  readonly onBatchApplied = this.#batchApplied.event;

  constructor(
    deps: SessionDeps,
    cluster: Cluster,
    options: { saved: SavedSession; ref: WorkloadRef; phase: SessionPhase },
  ) {
    const { saved, ref, phase } = options;
    this.id = saved.id;
    this.#deps = deps;
    this.#cluster = this.#store.add(cluster);
    this.#saved = saved;
    this.#ref = ref;
    this.#log = prefixLog(deps.log, `[${saved.workload.namespace}/${saved.workload.name}] `);
    const { workload, container, folder, config } = saved;
    this.#model = initialSession({ workload, container, folder, workDir: config.workDir }, phase);
    this.#forwards = new PortForwards(async (port, signal) => (await this.#dial(port, signal)).stream, this.#log);
    this.#store.add(this.#forwards.onChange((forwards) => this.dispatch({ kind: 'forwardsChanged', forwards })));
  }

  get config(): DevConfig {
    return this.#saved.config;
  }

  get state(): SessionState {
    return this.#model.state;
  }

  /** Applies an action; one that is not legal now is logged and dropped. */
  dispatch(action: SessionAction): void {
    const next = reduceSession(this.#model, action);
    if (next === undefined) {
      this.#log.debug(`Ignored ${action.kind} in phase ${this.#model.state.phase.kind}.`);
      return;
    }
    const changed = next.state !== this.#model.state;
    this.#model = next;
    if (changed) this.#stateChanged.fire(next.state);
  }

  /** Begins to follow the pod and to sync into it. Called once, when the workload is (or should be) in dev mode. */
  connect(saved: SavedSession = this.#saved): void {
    this.#saved = saved;
    const { workload, container, config, folder, token, id } = this.#saved;
    const pods = this.#store.add(new DevPods(this.#cluster, { namespace: workload.namespace, session: id, container }));
    this.#pods = pods;
    const engine = openSyncEngine({
      root: folder,
      stateDir: syncStateFolder(this.#deps.stateDir, id),
      workspaceId: id,
      connect: (signal) => this.#dialSidecar(signal),
      token,
      ignore: config.ignore,
      mode: config.sync.mode,
      pull: config.sync.pull,
      scheduler: this.#deps.scheduler,
      log: this.#log,
    });
    this.#engine = engine;
    const { scheduler } = this.#deps;
    this.#store.add(engine.onStatus((sync) => this.dispatch({ kind: 'syncChanged', sync, at: scheduler.now() })));
    this.#store.add(engine.onProblems((problems) => this.dispatch({ kind: 'problemsChanged', problems })));
    this.#store.add(engine.onConflicts((conflicts) => this.dispatch({ kind: 'conflictsChanged', conflicts })));
    this.#store.add(
      engine.onWatchTrouble((watchTrouble) => this.dispatch({ kind: 'watchTroubleChanged', watchTrouble })),
    );
    this.#store.add(engine.onBatchApplied((batch) => this.#onBatch(batch)));
    this.#store.add(pods.onChange((state) => this.#onPod(state)));
    this.#store.add(
      followWorkload(this.#cluster, this.#ref, id, { onLost: (error) => this.#onLost(error), log: this.#log }),
    );
  }

  /** Resolves when the first sync is complete; rejects when it cannot be. */
  async firstSync(signal: AbortSignal): Promise<void> {
    await this.#engine?.flush(signal);
  }

  /** The name of the pod that the session talks to; waits for one. */
  pod(signal: AbortSignal): Promise<string> {
    if (this.#pods === undefined) throw new Error('The session is not connected yet.');
    return this.#pods.current(AbortSignal.any([signal, this.#abort.signal]));
  }

  async openTerminal(signal: AbortSignal): Promise<ExecStream> {
    return this.#exec(shellScript(this.#saved.config.workDir, this.#saved.config.shell), true, signal);
  }

  async run(
    kind: 'run' | 'debug',
    size: { columns: number; rows: number },
    signal: AbortSignal,
  ): Promise<RunningCommand> {
    const { config } = this.#saved;
    const commandLine = kind === 'run' ? config.run : config.debug;
    if (commandLine === undefined) throw noCommandError(kind, this.#saved.folder);
    await Promise.all([...this.#commands].map((command) => command.stop()));
    signal.throwIfAborted();
    const command = new PodCommand(
      {
        start: async (started) => {
          const pod = await this.#completePod(started);
          return {
            pod,
            stream: await this.#execIn(pod, runScript(this.id, config.workDir, commandLine), true, started),
          };
        },
        stopStrays: (stopped) => this.#stopStrays(stopped),
        beforeStart: async (started) => {
          await this.#completePod(started);
        },
        hasLostPod: (pod, asked) => this.#isOver(pod, asked),
        scheduler: this.#deps.scheduler,
        log: this.#log,
      },
      // A program under the debugger is restarted by the user alone: it may stand at a breakpoint.
      { commandLine, keep: kind === 'run' && config.restartOnSync, size },
    );
    this.#commands.add(command);
    command.onEnd(() => this.#commands.delete(command));
    return command;
  }

  async forward(remote: number, local: number): Promise<ForwardState> {
    return this.#forwards.open(remote, local);
  }

  async stopForward(remote: number): Promise<void> {
    await this.#forwards.close(remote);
  }

  noteSaved(path: LocalPath): void {
    this.#engine?.noteSaved(path);
  }

  get sync(): SessionSync {
    if (this.#engine === undefined) throw new Error('The session is not connected yet.');
    return this.#engine;
  }

  async flush(signal: AbortSignal): Promise<void> {
    await this.#engine?.flush(signal);
  }

  reconnectNow(): void {
    this.#engine?.reconnectNow();
  }

  async end(signal: AbortSignal): Promise<EndReport> {
    if (this.#isLost) return { keptChanges: [], unfinished: undefined, milliseconds: 0 };
    this.dispatch({ kind: 'endRequested' });
    const started = this.#deps.scheduler.now();
    try {
      const { keptChanges, unfinished, leftover } = await endDevMode(this.#cluster, this.#ref, {
        session: this.id,
        signal,
        scheduler: this.#deps.scheduler,
        log: this.#log,
      });
      await this.close(undefined);
      await forgetSession(this.#deps.stateDir, this.id);
      return { keptChanges, unfinished: leftover ?? unfinished, milliseconds: this.#deps.scheduler.now() - started };
    } catch (error) {
      const pod = this.#pods?.state;
      const name = pod?.kind === 'ready' ? pod.pod : undefined;
      this.dispatch({ kind: 'endFailed', pod: name, at: this.#deps.scheduler.now(), reason: toError(error).message });
      throw error;
    }
  }

  async detach(): Promise<void> {
    await this.close(undefined);
  }

  /** Lets go of everything local; `error` says why when nobody asked for it. */
  async close(error: Error | undefined): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort();
    for (const command of this.#commands) command.dispose();
    await Promise.all([this.#engine?.close(), this.#forwards.closeAll()]);
    this.dispatch({ kind: 'ended', error });
    this.#store.dispose();
  }

  async #dial(port: number, signal: AbortSignal): Promise<{ readonly pod: string; readonly stream: Duplex }> {
    const both = AbortSignal.any([signal, this.#abort.signal]);
    const pod = await this.pod(both);
    const { namespace } = this.#saved.workload;
    return { pod, stream: await this.#cluster.portForward({ namespace, pod, port }, both) };
  }

  async #dialSidecar(signal: AbortSignal): Promise<Duplex> {
    const { pod, stream } = await this.#dial(this.#saved.sidecarPort, signal);
    this.#syncedPod = pod;
    return stream;
  }

  /**
   * The current pod, once everything on the local disk is in it. The sidecar of a pod that ends still answers for a
   * while, so what counts is which one was asked.
   */
  async #completePod(signal: AbortSignal): Promise<string> {
    for (;;) {
      const pod = await this.pod(signal);
      const asked = this.#syncedPod;
      await this.flush(signal);
      if (asked === pod && this.#syncedPod === pod && (await this.pod(signal)) === pod) return pod;
      await delay(this.#deps.scheduler, anotherPodMilliseconds, signal);
    }
  }

  async #exec(command: readonly string[], tty: boolean, signal: AbortSignal): Promise<ExecStream> {
    return this.#execIn(await this.pod(signal), command, tty, signal);
  }

  #execIn(pod: string, command: readonly string[], tty: boolean, signal: AbortSignal): Promise<ExecStream> {
    const { container, workload } = this.#saved;
    return this.#cluster.exec({ namespace: workload.namespace, pod, container, command, tty }, signal);
  }

  /** Asks the cluster, since the end of a program may be known before the watch tells that its pod ends. */
  async #isOver(pod: string, signal: AbortSignal): Promise<boolean> {
    const found = await this.#cluster.get(
      { type: types.pod, namespace: this.#saved.workload.namespace, name: pod },
      signal,
    );
    if (found === undefined) return true;
    const { deleting, phase } = readPod(found);
    return deleting || phase === 'Succeeded' || phase === 'Failed';
  }

  async #stopStrays(signal: AbortSignal): Promise<void> {
    const stream = await this.#exec(stopScript(this.id), false, signal);
    stream.stdout.resume();
    stream.stderr.resume();
    // The script ends within 6 seconds; where it does not, its pod is going away and nobody may ever tell its end.
    const late = this.#deps.scheduler.after(stopMilliseconds, () => stream.dispose());
    try {
      await stream.exit;
    } catch (error) {
      throw isAbortError(error) && !signal.aborted ? notStoppedError(error) : error;
    } finally {
      late.dispose();
      stream.dispose();
    }
  }

  #onBatch(batch: BatchApplied): void {
    this.dispatch({ kind: 'arrived', batch, at: this.#deps.scheduler.now() });
    this.#batchApplied.fire(batch);
    if (batch.initial || !this.#saved.config.restartOnSync) return;
    for (const command of this.#commands) {
      if (!command.keep) continue;
      command.restart().catch((error: unknown) => {
        if (!isAbortError(error))
          this.#log.warn('The command in the pod could not be restarted.', toError(error).message);
      });
    }
  }

  #onPod(state: DevPods['state']): void {
    if (state.kind === 'ready') {
      // While starting, the first sync decides when the session is active.
      if (this.state.phase.kind !== 'starting') this.dispatch({ kind: 'podReady', pod: state.pod });
      this.#engine?.reconnectNow();
      for (const command of this.#commands) command.movedTo(state.pod);
    } else if (state.kind === 'missing') {
      this.dispatch({ kind: 'podLost', reason: state.reason, at: this.#deps.scheduler.now() });
    }
  }

  #onLost(error: UserError): void {
    if (this.state.phase.kind === 'ending' || this.state.phase.kind === 'starting') return;
    this.#log.warn(error.message);
    this.#isLost = true;
    this.close(error)
      .then(() => forgetSession(this.#deps.stateDir, this.id))
      .catch((failure: unknown) => {
        this.#log.error('The session could not be closed in order.', toError(failure).message);
      });
  }
}
