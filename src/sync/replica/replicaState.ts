import type { SyncPath } from '../../base/paths.ts';
import type { PathState } from '../../protocol/pathState.ts';
import type { HashedFile } from '../core/fingerprint.ts';
import { HashCache } from '../core/hashCache.ts';
import { Ledger } from '../core/ledger.ts';
import { Journal } from './journal.ts';
import { type ReplicaRecord, replicaRecordCodec } from './replicaRecord.ts';

/** One replica's memory that outlives its process: hashes of files, and what which workspace put where. */
export class ReplicaState {
  readonly hashes = new HashCache();
  readonly ledger = new Ledger(this.hashes.paths);
  readonly #journal: Journal<ReplicaRecord>;

  /** Opens or makes the journal at `file`. Throws the disk's error. */
  constructor(file: string) {
    this.#journal = Journal.open(file, replicaRecordCodec, (record) => {
      this.#load(record);
    });
  }

  /** Records, before it is done, that a path is about to get a state. Throws the disk's error. */
  intend(path: SyncPath, state: PathState, owner: string): void {
    this.#journal.append([{ kind: 'put', path, owner, state }]);
    this.ledger.intend(path, state, owner);
  }

  /** The same for many paths at once. */
  intendAll(states: readonly (readonly [SyncPath, PathState])[], owner: string): void {
    this.#journal.append(states.map(([path, state]): ReplicaRecord => ({ kind: 'put', path, owner, state })));
    for (const [path, state] of states) this.ledger.intend(path, state, owner);
  }

  /** Records that a path has a state, and for a file by which fingerprint that can be seen. */
  settle(path: SyncPath, state: PathState, owner: string, file: HashedFile | undefined): void {
    this.ledger.settle(path, state, owner);
    if (file === undefined) this.hashes.delete(path);
    else this.hashes.set(path, file);
  }

  /** Records that nothing at the path came from a workspace any more. */
  forget(path: SyncPath, owner: string): void {
    this.forgetAll([path], owner);
  }

  /** The same for many paths at once. */
  forgetAll(paths: readonly SyncPath[], owner: string): void {
    this.#journal.append(paths.map((path): ReplicaRecord => ({ kind: 'put', path, owner, state: { kind: 'absent' } })));
    for (const path of paths) {
      this.ledger.delete(path);
      this.hashes.delete(path);
    }
  }

  /** Writes what may be written late: losing it only costs reading files again. Throws the disk's error. */
  save(): void {
    const live = this.hashes.size + this.ledger.size;
    if (this.#journal.isWasteful(live)) {
      this.hashes.takeUnsaved();
      this.#journal.rewrite(this.#everything());
    } else {
      this.#journal.append(
        this.hashes.takeUnsaved().map(([path, file]): ReplicaRecord => ({ kind: 'hash', path, file })),
      );
    }
  }

  close(): void {
    this.#journal.close();
  }

  #load(record: ReplicaRecord): void {
    const { path } = record;
    if (record.kind === 'put') {
      if (record.state.kind === 'absent') this.ledger.delete(path);
      else this.ledger.intend(path, record.state, record.owner);
      return;
    }
    this.hashes.load(path, record.file);
    const entry = this.ledger.get(path);
    if (record.file !== undefined && entry?.put.kind === 'file' && entry.put.hash === record.file.hash) {
      this.ledger.settle(path, entry.put, entry.owner);
    }
  }

  *#everything(): Generator<ReplicaRecord> {
    for (const [path, entry] of this.ledger.entries()) {
      for (const state of [...entry.earlier, entry.put]) yield { kind: 'put', path, owner: entry.owner, state };
    }
    for (const [path, file] of this.hashes.entries()) yield { kind: 'hash', path, file };
  }
}
