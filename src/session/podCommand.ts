import { StringDecoder } from 'node:string_decoder';
import type { Disposable } from '../base/disposable.ts';
import { abortReason, isAbortError, toError } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import type { Log } from '../base/log.ts';
import { delay, type Scheduler } from '../base/scheduler.ts';
import type { ExecStream } from '../cluster/cluster.ts';
import type { RunningCommand } from './devSession.ts';

/** A program that was started, and where. */
export interface StartedProgram {
  readonly stream: ExecStream;
  /** Name of the pod. */
  readonly pod: string;
}

/** What `PodCommand` needs of its session. */
export interface PodCommandHost {
  /** Starts the program with a terminal in the current pod; waits while there is none. */
  start(signal: AbortSignal): Promise<StartedProgram>;
  /** Ends whatever an earlier start left running in the pod. */
  stopStrays(signal: AbortSignal): Promise<void>;
  /** Waits until what is on the local disk is in the pod: a program never starts on half a tree. */
  beforeStart(signal: AbortSignal): Promise<void>;
  /** Whether a pod is over or about to end, and the program in it. */
  hasLostPod(pod: string, signal: AbortSignal): Promise<boolean>;
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/** Milliseconds between attempts to start the program again; the last one counts for all further attempts. */
const retryWaits = [250, 1000, 5000] as const;

/** Exit codes above it are those of programs that a signal ended, as shells and container runtimes count. */
const signalled = 128;

const grey = (text: string): string => `\x1b[90m${text}\x1b[0m\r\n`;

/**
 * A program in the pod that Run or Debug keeps: started, restarted when asked, and started again when the connection to
 * it broke or its pod was replaced. One start or stop is under way at a time; requests meanwhile become one.
 */
export class PodCommand implements RunningCommand, Disposable {
  readonly #host: PodCommandHost;
  readonly #commandLine: string;
  /** Whether synced changes restart the program, also one that ended by itself. */
  readonly keep: boolean;
  readonly #abort = new AbortController();
  readonly #output = new Emitter<string>();
  readonly #end = new Emitter<number | undefined>();
  #stream: ExecStream | undefined;
  /** Tells the program's present life, if any, in which pod the session goes on. */
  #podChanged: ((pod: string) => void) | undefined;
  #size: { columns: number; rows: number };
  #restartWanted = false;
  /** Starts in a row that failed after the program had run; a first start that fails is the end. */
  #failures = 0;
  #hasRun = false;
  /** Whether the program's last output ended a line, as a line of ours needs. */
  #atLineStart = true;
  #wake: (() => void) | undefined;
  #stopping: Promise<void> | undefined;
  readonly #done: Promise<void>;

  readonly onOutput = this.#output.event;
  readonly onEnd = this.#end.event;

  constructor(
    host: PodCommandHost,
    options: { commandLine: string; keep: boolean; size: { columns: number; rows: number } },
  ) {
    this.#host = host;
    this.#commandLine = options.commandLine;
    this.keep = options.keep;
    this.#size = options.size;
    this.#done = this.#live();
  }

  write(input: string): void {
    this.#stream?.stdin.write(input);
  }

  resize(columns: number, rows: number): void {
    this.#size = { columns, rows };
    this.#stream?.resize(columns, rows);
  }

  /**
   * The session goes on in this pod. A program in another one is given up: its end may never be told, when the node went
   * away with it.
   */
  movedTo(pod: string): void {
    this.#podChanged?.(pod);
  }

  async restart(): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.#restartWanted = true;
    this.#wake?.();
    if (this.#stream !== undefined) await this.#stopStrays();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#wake?.();
    await this.#done;
  }

  dispose(): void {
    this.#abort.abort();
    this.#wake?.();
    this.#stream?.dispose();
  }

  async #live(): Promise<void> {
    let exit: number | undefined;
    try {
      do {
        this.#restartWanted = false;
        exit = await this.#attempt();
        if (!this.#wantsRestart() && this.keep) await this.#restartRequest();
      } while (this.#wantsRestart() && !this.#abort.signal.aborted);
    } catch (error) {
      if (!isAbortError(error)) {
        this.#host.log.error('A command in the pod failed.', toError(error).message);
        this.#tell(toError(error).message);
      }
      exit = undefined;
    }
    if (this.#abort.signal.aborted) await this.#stopQuietly();
    this.#end.fire(this.#abort.signal.aborted ? undefined : exit);
    this.#output.dispose();
    this.#end.dispose();
  }

  /** `#once`, and the wait before the next try where a program that has run before cannot be started again. */
  async #attempt(): Promise<number | undefined> {
    try {
      return await this.#once();
    } catch (error) {
      if (!this.#hasRun || this.#abort.signal.aborted || isAbortError(error)) throw error;
      this.#host.log.debug('A command in the pod cannot be started again yet.', toError(error).message);
      if (this.#failures === 0) this.#tell(`${toError(error).message} Trying again.`);
      await delay(this.#host.scheduler, retryWaits[this.#failures] ?? 5000, this.#abort.signal);
      this.#failures += 1;
      this.#restartWanted = true;
      return undefined;
    }
  }

  /** One life of the program; the exit code, or `undefined` when it was lost, after which it starts again. */
  async #once(): Promise<number | undefined> {
    // Over when the sync is connected: only then there is a pod that answers.
    await this.#host.beforeStart(this.#abort.signal);
    await this.#stopStrays();
    // The program will see all that was asked for until now.
    this.#restartWanted = false;
    const { stream, pod } = await this.#host.start(this.#abort.signal);
    this.#stream = stream;
    this.#hasRun = true;
    this.#failures = 0;
    // Not left to the stream: whether a closed connection settles `exit` is its own affair.
    const stopped = Promise.withResolvers<never>();
    const replaced = Promise.withResolvers<'replaced'>();
    this.#podChanged = (current) => {
      if (current !== pod) replaced.resolve('replaced');
    };
    const onAbort = (): void => {
      stopped.reject(abortReason(this.#abort.signal));
    };
    this.#abort.signal.addEventListener('abort', onAbort, { once: true });
    try {
      stream.resize(this.#size.columns, this.#size.rows);
      this.#tell(`$ ${this.#commandLine}`);
      const decoder = new StringDecoder('utf8');
      stream.stdout.on('data', (chunk: Buffer) => {
        this.#print(decoder.write(chunk));
      });
      if (this.#wantsRestart()) await this.#stopStrays();
      const code = await Promise.race([stream.exit, stopped.promise, replaced.promise]);
      if (code !== 'replaced' && this.#wantsRestart()) return code;
      if (code === 'replaced' || (code > signalled && (await this.#host.hasLostPod(pod, this.#abort.signal)))) {
        this.#lost('The pod is gone; the command starts again in its replacement.');
        return undefined;
      }
      this.#tell(exitLine(code, this.keep));
      return code;
    } catch (error) {
      if (this.#abort.signal.aborted || isAbortError(error)) throw error;
      this.#lost('The connection to the pod was lost; the command starts again when it is back.');
      return undefined;
    } finally {
      this.#abort.signal.removeEventListener('abort', onAbort);
      this.#stream = undefined;
      this.#podChanged = undefined;
      stream.dispose();
    }
  }

  /** Never two at a time, and never during a start: the older one would end what was started since. */
  #stopStrays(): Promise<void> {
    this.#stopping ??= this.#host.stopStrays(this.#abort.signal).finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  #lost(message: string): void {
    this.#tell(message);
    this.#restartWanted = true;
  }

  #print(text: string): void {
    if (text === '') return;
    this.#atLineStart = text.endsWith('\n');
    this.#output.fire(text);
  }

  /** A line of our own between the program's. */
  #tell(line: string): void {
    this.#print(`${this.#atLineStart ? '' : '\r\n'}${grey(line)}`);
  }

  /** Read through a call, because it changes while `#live` awaits. */
  #wantsRestart(): boolean {
    return this.#restartWanted;
  }

  #restartRequest(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
      if (this.#abort.signal.aborted) this.#wake();
    });
  }

  async #stopQuietly(): Promise<void> {
    // Not the command's own signal, which is aborted: the program in the pod must still be ended.
    await this.#host.stopStrays(AbortSignal.timeout(10_000)).catch((error: unknown) => {
      this.#host.log.warn('The command in the pod could not be ended; the next start ends it.', toError(error).message);
    });
  }
}

function exitLine(code: number, keep: boolean): string {
  return `Ended with exit code ${code}.${keep ? ' It starts again after the next synced change.' : ''}`;
}
