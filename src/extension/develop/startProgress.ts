import type { Progress } from 'vscode';
import type { Disposable } from '../../base/disposable.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { startProgress, stepReport } from '../../present/startProgress.ts';
import type { SessionState, StepReport } from '../../session/core/state.ts';

type Report = Progress<{ message?: string; increment?: number }>;

/** The progress notification of one start: the step, and the time since it began. */
export class StartProgress implements Disposable {
  readonly #progress: Report;
  readonly #scheduler: Scheduler;
  readonly #started: number;
  #timer: Disposable;
  #state: SessionState | undefined;
  #percent = 0;
  #cancelled = false;
  #steps: readonly StepReport[] = [];

  constructor(progress: Report, scheduler: Scheduler) {
    this.#progress = progress;
    this.#scheduler = scheduler;
    this.#started = scheduler.now();
    this.#timer = this.#tick();
  }

  /** The steps with their times, for the log. */
  get report(): string {
    return stepReport(this.#steps, this.#scheduler.now() - this.#started);
  }

  show(state: SessionState): void {
    this.#state = state;
    if (state.phase.kind === 'starting') this.#steps = state.phase.steps;
    this.#repeat();
  }

  /** Says that everything is being put back; from here on steps are no news. */
  cancel(): void {
    this.#cancelled = true;
    this.#progress.report({ message: 'putting the workload back...' });
  }

  dispose(): void {
    this.#timer.dispose();
  }

  /** The time goes on while a step takes long. */
  #tick(): Disposable {
    return this.#scheduler.after(1000, () => {
      this.#repeat();
      this.#timer = this.#tick();
    });
  }

  #repeat(): void {
    if (this.#state === undefined || this.#cancelled) return;
    const { message, percent } = startProgress(this.#state, this.#scheduler.now() - this.#started);
    this.#progress.report({ message, increment: Math.max(0, percent - this.#percent) });
    this.#percent = Math.max(percent, this.#percent);
  }
}
