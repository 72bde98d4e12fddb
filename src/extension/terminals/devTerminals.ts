import * as vscode from 'vscode';
import { AbortError } from '../../base/errors.ts';
import type { OpenSession } from '../session/openSessions.ts';
import { PodTerminal } from './podTerminal.ts';
import { RunTerminal } from './runTerminal.ts';

/** Which of a session's programs: the one that Run starts, or the one that Debug starts. */
export type ProgramKind = 'run' | 'debug';

interface Program {
  /** Id of its session. */
  readonly session: string;
  readonly kind: ProgramKind;
  readonly pty: RunTerminal;
  readonly terminal: vscode.Terminal;
}

/** The terminals of the sessions: any number of shells, and one terminal for each program. */
export class DevTerminals implements vscode.Disposable {
  readonly #programs = new Set<Program>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;

  /** A program started or ended. */
  readonly onChange = this.#changed.event;

  constructor() {
    this.#subscription = vscode.window.onDidCloseTerminal((terminal) => {
      for (const program of this.#programs) if (program.terminal === terminal) this.#programs.delete(program);
      this.#changed.fire();
    });
  }

  /** What VS Code needs to open a shell in the dev container. */
  shellOptions({ session, scope }: OpenSession): vscode.ExtensionTerminalOptions {
    const pty = new PodTerminal((signal) => session.openTerminal(signal));
    // A shell whose session is over would wait for a pod that never comes.
    scope.add({
      dispose() {
        pty.end();
      },
    });
    return { name: session.state.workload.name, pty, iconPath: new vscode.ThemeIcon('code'), isTransient: true };
  }

  openShell(open: OpenSession): void {
    vscode.window.createTerminal(this.shellOptions(open)).show();
  }

  /** Starts a program of a session in its terminal, or starts it again when it runs already. */
  async startProgram(open: OpenSession, kind: ProgramKind): Promise<RunTerminal> {
    const known = [...this.#programs].find(({ session, kind: of }) => session === open.session.id && of === kind);
    const program = known ?? this.#openProgram(open, kind);
    program.terminal.show(true);
    const { pty } = program;
    if (pty.command === undefined) await pty.start();
    else await pty.command.restart();
    return pty;
  }

  /** The program of a session that runs now. */
  running({ session }: OpenSession): Program | undefined {
    return [...this.#programs].find((program) => program.session === session.id && program.pty.running);
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const { terminal } of this.#programs) terminal.dispose();
    this.#changed.dispose();
  }

  #openProgram(open: OpenSession, kind: ProgramKind): Program {
    const { session, scope } = open;
    const pty = new RunTerminal((size) => {
      if (scope.isDisposed) throw new AbortError('The session is over.');
      return session.run(kind, size, new AbortController().signal);
    });
    const title = kind === 'run' ? 'Run' : 'Debug';
    const iconPath = new vscode.ThemeIcon(kind === 'run' ? 'play' : 'debug-alt');
    const terminal = vscode.window.createTerminal({
      name: `${title}: ${session.state.workload.name}`,
      pty,
      iconPath,
      isTransient: true,
    });
    const program: Program = { session: session.id, kind, pty, terminal };
    this.#programs.add(program);
    pty.onChange(() => {
      this.#changed.fire();
    });
    scope.add({
      dispose() {
        pty.end();
      },
    });
    return program;
  }
}
