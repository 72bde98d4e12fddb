import type { SyncPath } from '../../base/paths.ts';

/** Changes that were noticed together and are reported together when they have arrived. */
export class Job {
  readonly paths: readonly SyncPath[];
  /** When the first change was noticed, epoch milliseconds. */
  readonly since: number;
  /** Whether it is part of the first sync of a connection. */
  readonly initial: boolean;
  /** Whether its paths were looked at before and have waited since. */
  readonly isRetry: boolean;
  /** Whether files of any age may be taken for complete. */
  readonly isComplete: boolean;
  readonly #applied: SyncPath[] = [];
  #waiting = 0;
  #produced = false;

  /** `saved`: somebody vouches for the files being written completely. */
  constructor(paths: readonly SyncPath[], since: number, kind: 'changes' | 'saved' | 'initial' | 'retry') {
    this.paths = paths;
    this.since = since;
    this.initial = kind === 'initial';
    this.isRetry = kind === 'retry';
    this.isComplete = kind === 'saved';
  }

  /** Few enough to be sent before everything that is under way already. */
  get isSmall(): boolean {
    return this.paths.length <= 16;
  }

  /** Paths whose operations have been carried out. */
  get applied(): readonly SyncPath[] {
    return this.#applied;
  }

  /** Whether all its operations are made and decided. */
  get isOver(): boolean {
    return this.#produced && this.#waiting === 0;
  }

  /** One more operation, or one more thing that will lead to one, is waited for. */
  began(): void {
    this.#waiting++;
  }

  /** One of them is over; `path` when it was carried out. */
  ended(path: SyncPath | undefined): void {
    this.#waiting--;
    if (path !== undefined) this.#applied.push(path);
  }

  /** No more operations follow. */
  produced(): void {
    this.#produced = true;
  }
}
