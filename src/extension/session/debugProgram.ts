import * as vscode from 'vscode';
import { AbortError, UserError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { localPath, remotePath } from '../../base/paths.ts';
import { delay, type Scheduler } from '../../base/scheduler.ts';
import { debugRecipe, type DebugRecipe } from '../../debug/debugRecipe.ts';
import { languageName } from '../../present/imageChoices.ts';
import { inBackground } from '../background.ts';
import type { DevTerminals } from '../terminals/devTerminals.ts';
import { speaksHttp, staysOpen } from './debugServerProbe.ts';
import type { OpenSession } from './openSessions.ts';

/** Marks our debug sessions in their configuration; the value is the id of the dev session. */
const sessionKey = '__podloopSession';
/** How often the debug server is looked for, and for how long: a first start may install packages. */
const probeMilliseconds = 150;
const patienceMilliseconds = 120_000;

/** Starts programs under their debugger in the pod and attaches VS Code to them. */
export class DebugProgram implements vscode.Disposable {
  readonly #terminals: DevTerminals;
  readonly #scheduler: Scheduler;
  readonly #log: Log;
  readonly #attached = new Map<string, vscode.DebugSession>();
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor(terminals: DevTerminals, scheduler: Scheduler, log: Log) {
    this.#terminals = terminals;
    this.#scheduler = scheduler;
    this.#log = log;
    this.#subscriptions = [
      vscode.debug.onDidStartDebugSession((session) => {
        const id = devSessionOf(session);
        // js-debug runs each program in a child of the session that was started; the parent ends them all.
        if (id !== undefined && session.parentSession === undefined) this.#attached.set(id, session);
      }),
      vscode.debug.onDidTerminateDebugSession((session) => {
        const id = devSessionOf(session);
        if (id !== undefined && this.#attached.get(id) === session) this.#attached.delete(id);
      }),
    ];
  }

  /** Starts the configured debug command and attaches when its debug server answers. */
  async start(open: OpenSession, signal: AbortSignal): Promise<void> {
    const { session } = open;
    const recipe = recipeOf(open);
    await this.detach(open);
    const program = await this.#terminals.startProgram(open, 'debug');
    const over = new AbortController();
    const watching = program.onChange(() => {
      if (!program.running) over.abort(new AbortError('The program has ended.'));
    });
    try {
      const { local } = await session.forward(session.config.debugPort, 0);
      const probe = recipe.language === 'node' ? speaksHttp : staysOpen;
      await this.#until(() => probe(local), { port: local, signal: AbortSignal.any([signal, over.signal]) });
      await this.#attach(open, recipe, local);
    } catch (error) {
      if (over.signal.aborted && !signal.aborted) throw endedEarlyError(session.state.workload.name, error);
      throw error;
    } finally {
      watching.dispose();
    }
    const ending = program.onChange(() => {
      if (program.running) return;
      ending.dispose();
      inBackground(this.#log, 'Detaching the debugger', this.detach(open));
    });
    open.scope.add(ending);
  }

  /** Detaches the debugger of a session. Never stops "all" sessions: that would tell adapters to kill what they debug. */
  async detach({ session }: OpenSession): Promise<void> {
    const attached = this.#attached.get(session.id);
    if (attached !== undefined) await vscode.debug.stopDebugging(attached);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #attach({ session }: OpenSession, recipe: DebugRecipe, port: number): Promise<void> {
    const { folder, workDir, workload } = session.state;
    const configuration = recipe.attach({
      name: `${workload.name} in the pod`,
      port,
      localRoot: localPath(folder),
      remoteRoot: remotePath(workDir),
    });
    const workspaceFolder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder));
    const started = await vscode.debug.startDebugging(workspaceFolder, { ...configuration, [sessionKey]: session.id });
    if (!started) throw notAttachedError(workload.name);
  }

  async #until(
    answers: () => Promise<boolean>,
    { port, signal }: { readonly port: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const deadline = this.#scheduler.now() + patienceMilliseconds;
    while (!(await answers())) {
      if (this.#scheduler.now() > deadline) throw silentError(port);
      await delay(this.#scheduler, probeMilliseconds, signal);
    }
  }
}

function recipeOf({ session }: OpenSession): DebugRecipe {
  const { language } = session.config;
  const recipe = debugRecipe(language);
  if (language === undefined || recipe === undefined) {
    throw new UserError({
      code: 'debug.language',
      message: `It is not known how to debug ${session.state.workload.name}: its language was not detected.`,
      next: "Set 'language' and 'debug' in .podloop/config.yaml.",
    });
  }
  if (recipe.extension !== undefined && vscode.extensions.getExtension(recipe.extension) === undefined) {
    throw new UserError({
      code: 'debug.extension',
      message: `Debugging ${languageName(language)} needs the extension ${recipe.extension}, which is not installed.`,
      next: 'Install it and try again.',
      remedies: [{ kind: 'copyText', label: 'Copy Extension Name', text: recipe.extension }],
    });
  }
  return recipe;
}

function devSessionOf({ configuration }: vscode.DebugSession): string | undefined {
  const id: unknown = configuration[sessionKey];
  return typeof id === 'string' ? id : undefined;
}

function endedEarlyError(name: string, cause: unknown): UserError {
  return new UserError({
    code: 'debug.ended',
    message: `The program of ${name} ended before the debugger could attach.`,
    next: 'Its terminal shows why.',
    cause,
  });
}

function silentError(port: number): UserError {
  return new UserError({
    code: 'debug.silent',
    message: `The debug server in the pod did not answer on localhost:${port}.`,
    next: "Check that 'debug' in .podloop/config.yaml starts one on 'debugPort'.",
    remedies: [{ kind: 'retry' }],
  });
}

function notAttachedError(name: string): UserError {
  return new UserError({
    code: 'debug.not-attached',
    message: `The debugger could not attach to ${name}.`,
    next: 'Try again while the program runs.',
    remedies: [{ kind: 'retry' }],
  });
}
