import { parentSyncPath, type SyncPath } from '../../base/paths.ts';
import type { Base, OperationFrame } from '../../protocol/frame.ts';
import { absent, type PathState } from '../../protocol/pathState.ts';
import { NoSuchParent } from '../replica/confinedFolder.ts';
import { lookAt } from '../replica/diskEntry.ts';
import type { Outcome } from '../replica/applier.ts';
import type { Replica } from '../replica/replica.ts';
import type { OperationBody } from '../push/operationMaker.ts';

/** Who the versions in the local folder come from, in the replica's own records. */
const fromPod = 'pod';

/** Changes the local folder as the pod's end changes its own: with a precondition, atomically, keeping what gives way. */
export class LocalWrites {
  readonly #replica: Replica;
  readonly #onWritten: (path: SyncPath) => void;

  /** `onWritten` is called for each path that was touched, so that it is looked at. */
  constructor(replica: Replica, onWritten: (path: SyncPath) => void) {
    this.#replica = replica;
    this.#onWritten = onWritten;
  }

  /** Gives a path this state; a file's content is `staged` and is consumed. What is of another kind is removed first. */
  write(path: SyncPath, state: PathState, base: Base, staged: string | undefined): Outcome {
    if (state.kind !== 'absent') this.#makeParents(path);
    const changesKind = base.kind !== 'any' && base.kind !== 'absent' && state.kind !== 'absent';
    if (!changesKind || (base.kind === 'folder') === (state.kind === 'folder')) {
      return this.#apply(bodyOf(path, state, base), staged);
    }
    // Nobody is told of the moment in between, which would look like a deletion.
    const cleared = this.#carryOut({ kind: 'delete', path, base }, undefined);
    if (cleared.kind === 'applied') return this.#apply(bodyOf(path, state, absent), staged);
    if (staged !== undefined) this.#replica.stage.discard(staged);
    return cleared;
  }

  /** Gives a file another executable bit. */
  setExecutable(path: SyncPath, state: Extract<PathState, { kind: 'file' }>): Outcome {
    return this.#apply({ kind: 'setExecutable', path, base: state, executable: state.executable }, undefined);
  }

  #makeParents(path: SyncPath): void {
    const folders: SyncPath[] = [];
    for (let folder = parentSyncPath(path); folder !== ''; folder = parentSyncPath(folder)) folders.unshift(folder);
    for (const folder of folders) {
      if (!this.#isFolder(folder)) this.#apply({ kind: 'makeFolder', path: folder, base: absent }, undefined);
    }
  }

  #isFolder(path: SyncPath): boolean {
    try {
      return lookAt(this.#replica.folder.entry(path)).kind === 'folder';
    } catch (error) {
      // The write itself is then refused with the reason.
      if (error instanceof NoSuchParent) return false;
      throw error;
    }
  }

  #apply(body: OperationBody, staged: string | undefined): Outcome {
    const outcome = this.#carryOut(body, staged);
    this.#onWritten(body.path);
    return outcome;
  }

  #carryOut(body: OperationBody, staged: string | undefined): Outcome {
    const operation: OperationFrame = { ...body, sequence: 0, batched: false };
    const outcome = this.#replica.apply({ operation, staged }, fromPod);
    this.#replica.endTurn();
    return outcome;
  }
}

function bodyOf(path: SyncPath, state: PathState, base: Base): OperationBody {
  switch (state.kind) {
    case 'absent':
      return { kind: 'delete', path, base };
    case 'folder':
      return { kind: 'makeFolder', path, base };
    case 'link':
      return { kind: 'makeLink', path, base, target: state.target };
    case 'file': {
      const { hash, size, executable } = state;
      return { kind: 'commit', path, base, transfer: 0, hash, size, executable };
    }
  }
}
