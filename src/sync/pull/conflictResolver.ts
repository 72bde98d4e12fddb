import { chmodSync, copyFileSync } from 'node:fs';
import { UserError } from '../../base/errors.ts';
import type { ConflictChoice } from '../core/conflict.ts';
import type { Replica } from '../replica/replica.ts';
import type { ConflictStore, KeptConflict } from './conflictStore.ts';
import type { LocalWrites } from './localWrites.ts';

/** Ends conflicts. Whatever is not chosen is kept like any other version that gave way. */
export class ConflictResolver {
  readonly #conflicts: ConflictStore;
  readonly #replica: Replica;
  readonly #writes: LocalWrites;

  constructor(conflicts: ConflictStore, replica: Replica, writes: LocalWrites) {
    this.#conflicts = conflicts;
    this.#replica = replica;
    this.#writes = writes;
  }

  /** Throws a `UserError`; the conflict then goes on. */
  resolve(id: string, choice: ConflictChoice): void {
    const conflict = this.#conflicts.find(id);
    if (conflict === undefined) throw noSuchConflict();
    if (choice === 'theirs') this.#makeLive(conflict);
    else this.#replica.keepCopy(conflict.theirs, conflict.path, 'rescued');
    this.#conflicts.remove(id);
  }

  #makeLive({ path, state, theirs }: KeptConflict): void {
    let staged: string | undefined;
    if (state.kind === 'file') {
      staged = this.#replica.stage.fresh();
      copyFileSync(theirs, staged);
      chmodSync(staged, 0o644);
    }
    const outcome = this.#writes.write(path, state, { kind: 'any' }, staged);
    if (outcome.kind === 'applied') return;
    throw new UserError({
      code: 'sync.resolve-failed',
      message: `The pod's version of ${path} cannot be put in its place: ${outcome.message}`,
      next: 'Make room for it at its path, or open it and copy what you need.',
      remedies: [{ kind: 'retry' }, { kind: 'showLog' }],
    });
  }
}

function noSuchConflict(): UserError {
  return new UserError({
    code: 'sync.no-such-conflict',
    message: 'That conflict is over.',
    next: 'Look at the list of conflicts again.',
  });
}
