import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable.ts';
import { AbortError, isAbortError, toError } from '../../base/errors.ts';
import type { RunningCommand } from '../../session/devSession.ts';
import { note } from './terminalText.ts';

type Size = { readonly columns: number; readonly rows: number };

const firstSize: Size = { columns: 80, rows: 24 };

/**
 * A terminal over the program that Run or Debug keeps in the pod. It outlives the program, so that its last words can
 * be read; Enter starts the program again. Closing it stops the program.
 */
export class RunTerminal implements vscode.Pseudoterminal {
  readonly #start: (size: Size) => Promise<RunningCommand>;
  readonly #write = new vscode.EventEmitter<string>();
  readonly #close = new vscode.EventEmitter<void>();
  readonly #changed = new vscode.EventEmitter<void>();
  #command: RunningCommand | undefined;
  #following: Disposable | undefined;
  #starting: Promise<RunningCommand> | undefined;
  readonly #opened = Promise.withResolvers<undefined>();
  #closed = false;
  #size = firstSize;

  readonly onDidWrite = this.#write.event;
  readonly onDidClose = this.#close.event;
  /** The program started or ended for good. */
  readonly onChange = this.#changed.event;

  constructor(start: (size: Size) => Promise<RunningCommand>) {
    this.#start = start;
  }

  /** Whether a program is there or coming. */
  get running(): boolean {
    return this.#starting !== undefined || this.#command !== undefined;
  }

  /** The program now running. */
  get command(): RunningCommand | undefined {
    return this.#command;
  }

  open(size: vscode.TerminalDimensions | undefined): void {
    if (size !== undefined) this.setDimensions(size);
    this.#opened.resolve(undefined);
  }

  handleInput(data: string): void {
    if (this.#command !== undefined) this.#command.write(data);
    else if (data === '\r' && !this.running) {
      this.start().catch((error: unknown) => {
        if (!isAbortError(error)) this.#write.fire(note(toError(error).message));
      });
    }
  }

  setDimensions(size: vscode.TerminalDimensions): void {
    this.#size = { columns: size.columns, rows: size.rows };
    this.#command?.resize(size.columns, size.rows);
  }

  close(): void {
    this.#closed = true;
    this.#opened.resolve(undefined);
    this.#command?.dispose();
    this.#over();
  }

  /** Writes a line of our own between the program's. */
  note(text: string | undefined): void {
    if (text !== undefined) this.#write.fire(note(text));
  }

  /** Closes the terminal itself, as when there is no pod any more. */
  end(): void {
    this.close();
    this.#close.fire();
  }

  /** Starts the program; joins a start that is under way. */
  async start(): Promise<RunningCommand> {
    this.#starting ??= this.#startOnce();
    return this.#starting;
  }

  async #startOnce(): Promise<RunningCommand> {
    this.#changed.fire();
    try {
      // VS Code drops what is written before it opened the terminal.
      await this.#opened.promise;
      if (this.#isClosed()) throw new AbortError();
      const command = await this.#start(this.#size);
      if (this.#isClosed()) command.dispose();
      else this.#follow(command);
      return command;
    } finally {
      this.#starting = undefined;
      this.#changed.fire();
    }
  }

  /** Read through a call, because it changes while a start waits. */
  #isClosed(): boolean {
    return this.#closed;
  }

  #follow(command: RunningCommand): void {
    this.#following?.dispose();
    const following = new DisposableStore();
    following.add(
      command.onOutput((text) => {
        this.#write.fire(text);
      }),
    );
    following.add(
      command.onEnd(() => {
        this.#over();
        this.#write.fire(note('Press Enter to start it again, or close the terminal.'));
      }),
    );
    this.#following = following;
    this.#command = command;
    command.resize(this.#size.columns, this.#size.rows);
  }

  #over(): void {
    this.#following?.dispose();
    this.#following = undefined;
    this.#command = undefined;
    this.#changed.fire();
  }
}
