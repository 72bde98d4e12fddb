import type { SyncPath } from '../../base/paths.ts';
import { type PathState, sameContent, sameState } from '../../protocol/pathState.ts';
import { grown, grownSize, noPath, PathTable } from './pathTable.ts';
import { StateColumn } from './stateColumn.ts';

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
  readonly #paths: PathTable;
  readonly #put = new StateColumn();
  /** Position of the owner of each path in the list of owners, plus one. */
  #owners = new Uint16Array(0);
  readonly #ownerIds: string[] = [];
  /** What is recorded of paths that are not settled. */
  readonly #unsettled = new Map<number, readonly PathState[]>();
  #size = 0;

  constructor(paths = new PathTable()) {
    this.#paths = paths;
  }

  get size(): number {
    return this.#size;
  }

  get(path: SyncPath): LedgerEntry | undefined {
    const number = this.#paths.find(path);
    return number === noPath ? undefined : this.#entry(number);
  }

  *entries(): Generator<[SyncPath, LedgerEntry]> {
    for (let number = 1; number < this.#owners.length; number++) {
      const entry = this.#entry(number);
      if (entry !== undefined) yield [this.#paths.path(number), entry];
    }
  }

  /** Records that `put` is about to be there. What was recorded before is remembered until `settle`. */
  intend(path: SyncPath, put: PathState, owner: string): void {
    const before = this.get(path);
    const earlier = before === undefined ? [] : [...before.earlier, before.put];
    this.#set(path, { put, owner, earlier, settled: false });
  }

  /** Records that `put` is there. */
  settle(path: SyncPath, put: PathState, owner: string): void {
    this.#set(path, { put, owner, earlier: [], settled: true });
  }

  /** Takes back what `intend` recorded, because it did not come about. */
  restore(path: SyncPath, entry: LedgerEntry | undefined): void {
    if (entry === undefined) this.delete(path);
    else this.#set(path, entry);
  }

  delete(path: SyncPath): void {
    const number = this.#paths.find(path);
    if (number === noPath || !this.#put.has(number)) return;
    this.#put.delete(number);
    this.#owners[number] = 0;
    this.#unsettled.delete(number);
    this.#size--;
    this.#paths.release(number);
  }

  /** Decides an entry that may not have been carried out by what is there now. */
  resolve(path: SyncPath, current: PathState): void {
    const entry = this.get(path);
    if (entry === undefined || entry.settled) return;
    if (current.kind === 'absent') this.delete(path);
    else {
      const candidates = [entry.put, ...entry.earlier];
      const match =
        candidates.find((state) => sameState(state, current)) ??
        candidates.find((state) => sameContent(state, current));
      this.settle(path, match ?? entry.put, entry.owner);
    }
  }

  #entry(number: number): LedgerEntry | undefined {
    const put = this.#put.get(number);
    if (put === undefined) return undefined;
    const owner = this.#ownerIds[(this.#owners[number] ?? 0) - 1] ?? '';
    const earlier = this.#unsettled.get(number);
    return { put, owner, earlier: earlier ?? [], settled: earlier === undefined };
  }

  #set(path: SyncPath, { put, owner, earlier, settled }: LedgerEntry): void {
    const number = this.#paths.number(path);
    if (number >= this.#owners.length) this.#owners = grown(this.#owners, new Uint16Array(grownSize(number + 1)));
    if (!this.#put.has(number)) {
      this.#paths.retain(number);
      this.#size++;
    }
    this.#put.set(number, put);
    this.#owners[number] = this.#ownerNumber(owner);
    if (settled) this.#unsettled.delete(number);
    else this.#unsettled.set(number, earlier);
  }

  #ownerNumber(owner: string): number {
    const known = this.#ownerIds.indexOf(owner);
    return known < 0 ? this.#ownerIds.push(owner) : known + 1;
  }
}
