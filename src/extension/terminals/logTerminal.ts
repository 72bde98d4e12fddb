import { StringDecoder } from 'node:string_decoder';
import { finished } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import * as vscode from 'vscode';
import { toError } from '../../base/errors.ts';
import { note, terminalLines } from './terminalText.ts';

/**
 * A read-only terminal that follows a container's log: it has search, colours and scrollback. When the log ends, Enter
 * follows it anew.
 */
export class LogTerminal implements vscode.Pseudoterminal {
  readonly #source: string;
  readonly #open: (signal: AbortSignal) => Promise<Readable>;
  readonly #write = new vscode.EventEmitter<string>();
  readonly #abort = new AbortController();
  #following = false;

  readonly onDidWrite = this.#write.event;

  /** `source` names what is followed. */
  constructor(source: string, open: (signal: AbortSignal) => Promise<Readable>) {
    this.#source = source;
    this.#open = open;
  }

  open(): void {
    this.#start();
  }

  handleInput(data: string): void {
    if (data === '\r' && !this.#following) this.#start();
  }

  close(): void {
    this.#abort.abort();
  }

  #start(): void {
    this.#following = true;
    this.#write.fire(note(`Following ${this.#source}.`));
    this.#follow().then(
      () => {
        this.#ended('The log has ended.');
      },
      (error: unknown) => {
        this.#ended(toError(error).message);
      },
    );
  }

  async #follow(): Promise<void> {
    const log = await this.#open(this.#abort.signal);
    const onAbort = (): void => {
      log.destroy();
    };
    this.#abort.signal.addEventListener('abort', onAbort, { once: true });
    try {
      const decoder = new StringDecoder('utf8');
      log.on('data', (chunk: Buffer) => {
        this.#write.fire(terminalLines(decoder.write(chunk)));
      });
      await finished(log, { writable: false });
    } finally {
      this.#abort.signal.removeEventListener('abort', onAbort);
      log.destroy();
    }
  }

  #ended(reason: string): void {
    this.#following = false;
    if (!this.#abort.signal.aborted) this.#write.fire(note(`${reason} Press Enter to follow it again.`));
  }
}
