import type { Disposable } from '../../base/disposable.ts';
import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { StormGauge } from '../core/stormGauge.ts';

/** Hints that are looked at together. */
export interface HintBatch {
  readonly paths: ReadonlySet<SyncPath>;
  /** Folders of which some child may have changed. */
  readonly folders: ReadonlySet<SyncPath>;
  /** When the first of them came, epoch milliseconds. */
  readonly since: number;
}

/** What `Hints` works with and tells. */
export interface HintsParts {
  readonly scheduler: Scheduler;
  /** Whether somebody is in the middle of changing many files, who will soon be done. */
  readonly isHeld: (isStorm: boolean) => boolean;
  readonly onBatch: (batch: HintBatch) => void;
  readonly onStorm: () => void;
  /** So many came at once that some were probably dropped. */
  readonly onLoss: () => void;
}

/** More hints than this in one turn mean that the system's queue was full, or nearly: it holds 16,384 by default. */
const overflowHints = 8000;
/** The same when merely taking them needed so long (ms) that the queue may have filled meanwhile. */
const lateOverflowHints = 1000;
const lateMs = 100;
/** The last notices of what was held together come this much (ms) after its end, at most. */
const releasedMs = 20;

/** Gathers hints until it is time to look: at once as long as they come singly, together while they come in storms. */
export class Hints implements Disposable {
  readonly #parts: HintsParts;
  readonly #gauge = new StormGauge();
  #paths = new Set<SyncPath>();
  #folders = new Set<SyncPath>();
  #since: number | undefined;
  #thisTurn = 0;
  #turnDue = false;
  #wake: Disposable | undefined;
  #disposed = false;
  #turnBegan = 0;
  #wasHeld = false;

  constructor(parts: HintsParts) {
    this.#parts = parts;
  }

  /** What has come and not been given out. */
  get waiting(): Pick<HintBatch, 'paths' | 'folders'> {
    return { paths: this.#paths, folders: this.#folders };
  }

  add(path: SyncPath): void {
    this.#paths.add(path);
    this.#noticed();
  }

  addFolder(folder: SyncPath): void {
    this.#folders.add(folder);
    this.#noticed();
  }

  /** The path has been looked at by other means. */
  delete(path: SyncPath): void {
    this.#paths.delete(path);
  }

  /** Gives out what has come, whatever it would have waited for. */
  release(): void {
    this.#wake?.dispose();
    this.#wake = undefined;
    this.#give(false);
  }

  dispose(): void {
    this.#disposed = true;
    this.#wake?.dispose();
  }

  #noticed(): void {
    this.#since ??= this.#parts.scheduler.now();
    if (this.#thisTurn === 0) this.#turnBegan = this.#parts.scheduler.elapsed();
    this.#thisTurn++;
    this.#afterThisTurn(() => {
      this.#decide();
    });
  }

  /** Runs `work` when all notices that are there have been delivered. */
  #afterThisTurn(work: () => void): void {
    if (this.#turnDue) return;
    this.#turnDue = true;
    this.#parts.scheduler.soon(() => {
      this.#turnDue = false;
      if (!this.#disposed) work();
    });
  }

  #decide(): void {
    const count = this.#thisTurn;
    this.#thisTurn = 0;
    const late = this.#parts.scheduler.elapsed() - this.#turnBegan > lateMs;
    if (count > overflowHints || (count > lateOverflowHints && late)) this.#parts.onLoss();
    const held = this.#isHeld();
    const wait = this.#gauge.note(count, this.#parts.scheduler.now(), held);
    const released = this.#wasHeld && !held;
    this.#wasHeld = held;
    this.#wake?.dispose();
    this.#wake = undefined;
    if (wait === 0 && !released) {
      this.#give(false);
      return;
    }
    if (this.#gauge.isStorm) this.#parts.onStorm();
    this.#wait(Math.max(wait, released ? releasedMs : 0));
  }

  #wait(milliseconds: number): void {
    this.#wake = this.#parts.scheduler.after(milliseconds, () => {
      this.#wake = undefined;
      // Asked before the notices are taken: who lets go in between has changed things that are not told of yet.
      const held = this.#isHeld();
      // Notices of what was written before this moment may still be under way.
      this.#afterThisTurn(() => {
        if (this.#thisTurn > 0 || held) this.#decide();
        else this.#give(true);
      });
    });
  }

  #isHeld(): boolean {
    return this.#parts.isHeld(this.#gauge.isStorm);
  }

  #give(quiet: boolean): void {
    const [paths, folders, since] = [this.#paths, this.#folders, this.#since];
    this.#since = undefined;
    this.#gauge.looked(quiet, this.#parts.scheduler.now());
    if (paths.size === 0 && folders.size === 0) return;
    this.#paths = new Set();
    this.#folders = new Set();
    this.#parts.onBatch({ paths, folders, since: since ?? this.#parts.scheduler.now() });
  }
}
