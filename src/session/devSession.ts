import type { ExecStream } from '../cluster/cluster.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Event } from '../base/event.ts';
import type { LocalPath } from '../base/paths.ts';
import type { DevConfig } from '../config/devConfig.ts';
import type { BatchApplied } from '../sync/core/status.ts';
import type { SyncEngine } from '../sync/syncEngine.ts';
import type { ForwardState, SessionState } from './core/state.ts';

/** What ending dev mode found and did. */
export interface EndReport {
  /** Places that somebody else changed meanwhile and that were therefore left as they are now, as readable paths. */
  readonly keptChanges: readonly string[];
  /** What was still missing when waiting stopped, for people; `undefined` when the original pods run again. */
  readonly unfinished: string | undefined;
  readonly milliseconds: number;
}

/** Output of a command that Run or Debug started in the pod. */
export interface RunningCommand extends Disposable {
  /** What the terminal shows: the program's output, and a line at each start and end. UTF-8 text with ANSI colours. */
  readonly onOutput: Event<string>;
  /** The command is over and will not be started again by itself; `undefined` when it was stopped. */
  readonly onEnd: Event<number | undefined>;
  write(input: string): void;
  resize(columns: number, rows: number): void;
  /** Ends the program (TERM, then KILL to its process group) and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** What a person decides about the sync of a session. */
export type SessionSync = Pick<
  SyncEngine,
  'pause' | 'resume' | 'resolveConflict' | 'restorable' | 'openRestorable' | 'restore'
>;

/** One developer's stay in one workload. */
export interface DevSession {
  readonly id: string;
  /** What the session was started with. */
  readonly config: DevConfig;
  readonly state: SessionState;
  readonly onState: Event<SessionState>;
  readonly onBatchApplied: Event<BatchApplied>;

  /** A shell in the dev container at the synced folder. */
  openTerminal(signal: AbortSignal): Promise<ExecStream>;
  /** Starts the configured Run (or Debug) command; with `restartOnSync` it starts again after each batch. */
  run(kind: 'run' | 'debug', size: { columns: number; rows: number }, signal: AbortSignal): Promise<RunningCommand>;
  /** Offers a port of the pod on 127.0.0.1; `local` 0 takes any free port. Survives a replaced pod. */
  forward(remote: number, local: number): Promise<ForwardState>;
  stopForward(remote: number): Promise<void>;

  /** Throws before the session is connected. */
  readonly sync: SessionSync;
  noteSaved(path: LocalPath): void;
  /** See `SyncEngine.flush`. */
  flush(signal: AbortSignal): Promise<void>;
  reconnectNow(): void;

  /** Puts the workload back as it was and forgets the session. */
  end(signal: AbortSignal): Promise<EndReport>;
  /** Lets go of the session without ending dev mode, e.g. when the window closes; it can be resumed. */
  detach(): Promise<void>;
}
