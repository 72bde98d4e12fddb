import { StringDecoder } from 'node:string_decoder';
import * as vscode from 'vscode';
import { isAbortError, toError } from '../../base/errors.ts';
import type { ExecStream } from '../../cluster/cluster.ts';
import { note } from './terminalText.ts';

/** Size before VS Code tells the real one. */
const firstSize = { columns: 80, rows: 24 };

/** Exit code of a process that was ended by SIGKILL, as all are whose container is taken away. */
const killed = 137;

/**
 * A terminal over a process in a pod. It ends with the process and gives its exit code; after a broken connection it
 * stays to be read, and Enter opens the next process in its place. Closing it ends the process.
 */
export class PodTerminal implements vscode.Pseudoterminal {
  readonly #open: (signal: AbortSignal) => Promise<ExecStream>;
  readonly #write = new vscode.EventEmitter<string>();
  readonly #close = new vscode.EventEmitter<number | undefined>();
  readonly #abort = new AbortController();
  #stream: ExecStream | undefined;
  #size = firstSize;
  #state: 'opening' | 'running' | 'broken' = 'opening';

  readonly onDidWrite = this.#write.event;
  readonly onDidClose = this.#close.event;

  constructor(open: (signal: AbortSignal) => Promise<ExecStream>) {
    this.#open = open;
  }

  open(size: vscode.TerminalDimensions | undefined): void {
    if (size !== undefined) this.#size = size;
    this.#start();
  }

  handleInput(data: string): void {
    if (this.#state === 'running') this.#stream?.stdin.write(data);
    else if (this.#state === 'broken' && data === '\r') this.#start();
  }

  setDimensions(size: vscode.TerminalDimensions): void {
    this.#size = size;
    this.#stream?.resize(size.columns, size.rows);
  }

  close(): void {
    this.#abort.abort();
    this.#stream?.dispose();
  }

  /** Closes the terminal itself, as when there is no pod any more. */
  end(): void {
    this.close();
    this.#close.fire(undefined);
  }

  #start(): void {
    this.#state = 'opening';
    this.#run().then(
      (code) => {
        this.#onExit(code);
      },
      (error: unknown) => {
        if (!isAbortError(error)) this.#break(toError(error).message);
      },
    );
  }

  #onExit(code: number): void {
    if (code === killed) this.#break('The shell ended together with its pod.');
    else this.#close.fire(code);
  }

  #break(reason: string): void {
    if (this.#abort.signal.aborted) return;
    this.#state = 'broken';
    this.#write.fire(note(`${reason} Press Enter to open it again.`));
  }

  async #run(): Promise<number> {
    const stream = await this.#open(this.#abort.signal);
    try {
      this.#abort.signal.throwIfAborted();
      this.#stream = stream;
      this.#state = 'running';
      stream.resize(this.#size.columns, this.#size.rows);
      // Input that is on its way when the process ends has nobody to read it.
      stream.stdin.on('error', () => undefined);
      const decoder = new StringDecoder('utf8');
      stream.stdout.on('data', (chunk: Buffer) => {
        this.#write.fire(decoder.write(chunk));
      });
      return await stream.exit;
    } finally {
      this.#stream = undefined;
      stream.dispose();
    }
  }
}
