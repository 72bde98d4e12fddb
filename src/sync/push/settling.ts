import type { SyncPath } from '../../base/paths.ts';

/** A long file counts as written when it has not changed for this long, in milliseconds. */
const quietMs = 50;
/** One that never rests is sent after this long all the same, and one that rested so long is not waited for. */
const longMs = 2000;

interface Look {
  readonly size: number;
  /** When it was first seen with this size, and when at all, epoch milliseconds. */
  readonly since: number;
  readonly first: number;
}

/**
 * Tells whether a long file is written to its end. Its times do not tell: a system that copies a file in one call sets
 * them once, however long that takes.
 */
export class Settling {
  readonly #looks = new Map<SyncPath, Look>();

  /** Whether the file that has this size and age (both now, the age in milliseconds) is at rest. */
  isSettled(path: SyncPath, size: number, age: number, now: number): boolean {
    if (age >= longMs) return this.#over(path);
    const before = this.#looks.get(path);
    const since = before?.size === size ? before.since : now;
    const first = before?.first ?? now;
    if ((now - since >= quietMs && age >= quietMs) || now - first >= longMs) return this.#over(path);
    this.#looks.set(path, { size, since, first });
    return false;
  }

  clear(): void {
    this.#looks.clear();
  }

  #over(path: SyncPath): true {
    this.#looks.delete(path);
    return true;
  }
}
