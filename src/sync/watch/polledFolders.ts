import type { SyncPath } from '../../base/paths.ts';

/** Folders in which something changed so recently (ms) are looked at each time, at most so many. */
const hotMs = 60_000;
const maxHot = 64;

/** Folders that have to be looked at again and again, because nothing tells of changes in them. */
export class PolledFolders {
  /** In the order in which their turn comes. */
  readonly #folders = new Set<SyncPath>();
  /** When something last changed in a folder, the latest last. */
  readonly #hot = new Map<SyncPath, number>();
  /** What a look at one folder costs on average, in milliseconds. */
  #cost = 0.1;

  get size(): number {
    return this.#folders.size;
  }

  has(folder: SyncPath): boolean {
    return this.#folders.has(folder);
  }

  add(folder: SyncPath): void {
    this.#folders.add(folder);
  }

  delete(folder: SyncPath): void {
    this.#folders.delete(folder);
  }

  clear(): void {
    this.#folders.clear();
  }

  all(): Iterable<SyncPath> {
    return this.#folders;
  }

  /** Something changed in a folder. */
  changed(folder: SyncPath, now: number): void {
    this.#hot.delete(folder);
    this.#hot.set(folder, now);
    const [oldest] = this.#hot.keys();
    if (this.#hot.size > maxHot && oldest !== undefined) this.#hot.delete(oldest);
  }

  /** Whether something changed in the folder lately. */
  isHot(folder: SyncPath, now: number): boolean {
    return now - (this.#hot.get(folder) ?? -Infinity) < hotMs;
  }

  /**
   * The folders whose turn it is; looking at them takes about `budget` milliseconds. `others`: hot folders are among
   * them also when they were never added.
   */
  next(now: number, budget: number, others: boolean): Set<SyncPath> {
    const chosen = new Set<SyncPath>();
    for (const folder of [...this.#hot.keys()]) {
      if (!this.isHot(folder, now)) this.#hot.delete(folder);
      else if (others || this.#folders.has(folder)) chosen.add(folder);
    }
    const most = Math.max(1, Math.floor(budget / this.#cost));
    for (const folder of this.#folders) {
      if (chosen.size >= most) break;
      chosen.add(folder);
    }
    for (const folder of chosen) {
      if (this.#folders.delete(folder)) this.#folders.add(folder);
    }
    return chosen;
  }

  /** What looking at some folders took. */
  looked(count: number, cost: number): void {
    if (count > 0) this.#cost = Math.max(0.01, 0.7 * this.#cost + (0.3 * cost) / count);
  }
}
