import type { SyncPath } from '../../base/paths.ts';
import { type PathState, sameContent, sameState } from '../../protocol/pathState.ts';

/** What a workspace put at a path of this volume. */
export interface LedgerEntry {
  readonly put: PathState;
  /** Id of the workspace. */
  readonly owner: string;
  /** States that were recorded before and may still be there, if the process died between recording and doing. */
  readonly earlier: readonly PathState[];
  /** Whether `put` is known to have been there. If not, that it is absent does not mean that somebody deleted it. */
  readonly settled: boolean;
}

/**
 * Everything in a volume that came from a workspace. A deletion may only follow from an entry here, so what a pod or
 * an image brought along is never deleted; and because the ledger lives in the volume, a new volume has an empty one.
 */
export class Ledger {
  readonly #entries = new Map<SyncPath, LedgerEntry>();

  get size(): number {
    return this.#entries.size;
  }

  get(path: SyncPath): LedgerEntry | undefined {
    return this.#entries.get(path);
  }

  entries(): Iterable<[SyncPath, LedgerEntry]> {
    return this.#entries;
  }

  /** Records that `put` is about to be there. What was recorded before is remembered until `settle`. */
  intend(path: SyncPath, put: PathState, owner: string): void {
    const before = this.#entries.get(path);
    const earlier = before === undefined ? [] : [...before.earlier, before.put];
    this.#entries.set(path, { put, owner, earlier, settled: false });
  }

  /** Records that `put` is there. */
  settle(path: SyncPath, put: PathState, owner: string): void {
    this.#entries.set(path, { put, owner, earlier: [], settled: true });
  }

  /** Takes back what `intend` recorded, because it did not come about. */
  restore(path: SyncPath, entry: LedgerEntry | undefined): void {
    if (entry === undefined) this.#entries.delete(path);
    else this.#entries.set(path, entry);
  }

  delete(path: SyncPath): void {
    this.#entries.delete(path);
  }

  /** Decides an entry that may not have been carried out by what is there now. */
  resolve(path: SyncPath, current: PathState): void {
    const entry = this.#entries.get(path);
    if (entry === undefined) return;
    if (current.kind === 'absent') {
      if (!entry.settled) this.#entries.delete(path);
    } else if (!entry.settled) {
      const candidates = [entry.put, ...entry.earlier];
      const match =
        candidates.find((state) => sameState(state, current)) ??
        candidates.find((state) => sameContent(state, current));
      this.settle(path, match ?? entry.put, entry.owner);
    }
  }
}
