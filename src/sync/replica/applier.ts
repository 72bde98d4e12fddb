import { chmodSync, linkSync, lchownSync, mkdirSync, renameSync, rmdirSync, rmSync, symlinkSync } from 'node:fs';
import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { unreachable } from '../../base/errors.ts';
import { contentSize } from '../../protocol/contentCodec.ts';
import type {
  Base,
  Commit,
  Delete,
  MakeLink,
  Move,
  MoveTree,
  NackReason,
  OperationFrame,
  Put,
  SetExecutable,
} from '../../protocol/frame.ts';
import { type FileState, folder, type PathState, sameContent, sameState } from '../../protocol/pathState.ts';
import { type Fingerprint, vouchedAt } from '../core/fingerprint.ts';
import { isInsideLink } from '../core/linkTarget.ts';
import { type ConfinedFolder, NoSuchParent } from './confinedFolder.ts';
import { type DiskEntry, lookAt } from './diskEntry.ts';
import { errorCode, nackReason } from './diskError.ts';
import { KeepsChanging, NotSyncable, type Observed, type Observer } from './observer.ts';
import type { ReplicaState } from './replicaState.ts';
import { discard, type Stage } from './stage.ts';
import type { Trash } from './trash.ts';
import { moveTree } from './treeMoves.ts';

/** What became of one operation. */
export type Outcome =
  /** `paths` are all that changed, where these are not those that the operation names. */
  | { readonly kind: 'applied'; readonly path: SyncPath; readonly paths?: readonly SyncPath[] }
  | {
      readonly kind: 'refused';
      readonly path: SyncPath;
      readonly reason: NackReason;
      readonly current: PathState | undefined;
      readonly message: string;
    };

/** An operation together with the path of its staged content: `undefined` when it has none, or none with its hash. */
export interface StagedOperation {
  readonly operation: OperationFrame;
  readonly staged: string | undefined;
}

/** What an `Applier` works with. */
export interface ApplierParts {
  readonly folder: ConfinedFolder;
  readonly observer: Observer;
  readonly state: ReplicaState;
  readonly stage: Stage;
  /** Versions that came from a workspace and were replaced or deleted by it. */
  readonly trash: Trash;
  /** Versions that somebody in the pod wrote and that had to give way. */
  readonly rescued: Trash;
  /** Whether every write to a file that was looked at shows in its times, however soon it comes. */
  readonly exactTimes: boolean;
  readonly scheduler: Scheduler;
}

/**
 * Carries out operations on one replica's disk. Each checks its precondition against the disk, becomes visible by one
 * rename, can be repeated, and leaves the path untouched when it is refused. Content that gives way is kept in a trash;
 * content written between check and rename is found there and reported, never lost.
 */
export class Applier {
  readonly #parts: ApplierParts;

  constructor(parts: ApplierParts) {
    this.#parts = parts;
  }

  /** Applies one operation for a workspace. Staged content is consumed in every case. */
  apply({ operation, staged }: StagedOperation, owner: string): Outcome {
    const { path } = operation;
    const { folder: place, state } = this.#parts;
    const before = state.ledger.get(path);
    place.begin();
    const outcome = this.#attempt(operation, staged, owner);
    // What was recorded in advance did not come about.
    if (outcome.kind === 'refused') state.ledger.restore(path, before);
    if (staged !== undefined) discard(staged);
    return outcome;
  }

  /** Forgets open folders; call it whenever other processes may have had a turn. */
  endTurn(): void {
    this.#parts.folder.release();
  }

  #attempt(operation: OperationFrame, staged: string | undefined, owner: string): Outcome {
    try {
      return this.#dispatch(operation, staged, owner);
    } catch (error) {
      return this.#refusal(operation.path, error);
    }
  }

  #dispatch(operation: OperationFrame, staged: string | undefined, owner: string): Outcome {
    switch (operation.kind) {
      case 'put':
      case 'commit':
        return this.#publish(operation, staged, owner);
      case 'makeFolder':
        return this.#makeFolder(operation.path, operation.base, owner);
      case 'makeLink':
        return this.#makeLink(operation, owner);
      case 'setExecutable':
        return this.#setExecutable(operation, owner);
      case 'delete':
        return this.#delete(operation, owner);
      case 'move':
        return this.#move(operation, owner);
      case 'moveTree':
        return this.#moveTree(operation, owner);
      case 'forget':
        this.#parts.state.forget(operation.path, owner);
        return { kind: 'applied', path: operation.path };
      default:
        return unreachable(operation);
    }
  }

  #publish(operation: Put | Commit, staged: string | undefined, owner: string): Outcome {
    const { path, base } = operation;
    const size = operation.kind === 'put' ? contentSize(operation.content) : operation.size;
    const wanted: FileState = { kind: 'file', hash: operation.hash, size, executable: operation.executable };
    const found = this.#parts.observer.observe(path);
    if (sameContent(found.state, wanted)) return this.#already(path, wanted, found, owner);
    if (!meets(found.state, base)) return baseRefusal(path, found.state);
    if (found.state.kind === 'folder') return baseRefusal(path, found.state);
    if (staged === undefined) return refusal(path, 'content', found.state, 'The content does not have its hash.');
    const before = prepareMode(staged, wanted, found.entry);
    this.#parts.state.intend(path, wanted, owner);
    const refused = this.#swapIn(staged, path, found);
    if (refused !== undefined) return refused;
    this.#settleFile(path, wanted, before, owner);
    return { kind: 'applied', path };
  }

  /** The content is there: from an earlier try, or because both sides have it. Only the mode may need a change. */
  #already(path: SyncPath, wanted: PathState, found: Observed, owner: string): Outcome {
    this.#adopt(path, wanted, owner);
    if (wanted.kind === 'file' && !sameState(wanted, found.state) && found.entry.kind === 'file') {
      chmodSync(this.#parts.folder.entry(path), withExecutable(found.entry.mode, wanted.executable === 'yes'));
    }
    this.#settleFile(path, wanted, found.entry, owner);
    return { kind: 'applied', path };
  }

  /** Makes a staged file or link visible in place of what was found. */
  #swapIn(staged: string, path: SyncPath, found: Observed): Outcome | undefined {
    const target = this.#parts.folder.entry(path);
    if (found.state.kind === 'absent') {
      if (placeNew(staged, target)) return undefined;
      return baseRefusal(path, this.#parts.observer.observe(path).state);
    }
    const ours = this.#isUnchangedPut(path, found.state);
    const store = ours ? this.#parts.trash : this.#parts.rescued;
    const kept = found.entry.kind === 'link' ? store.copyLink(found.entry.target) : store.keepName(target);
    renameSync(staged, target);
    if (kept !== undefined) {
      const late = !sameVersion(lookAt(kept), found.entry);
      if (!late && ours) store.keep(kept, path, 'replaced');
      else this.#rescue(kept, path);
    }
    return undefined;
  }

  #makeFolder(path: SyncPath, base: Base, owner: string): Outcome {
    const found = this.#parts.observer.observe(path).state;
    if (found.kind !== 'folder') {
      if (found.kind !== 'absent' || !meets(found, base)) return baseRefusal(path, found);
      this.#parts.state.intend(path, folder, owner);
      mkdirSync(this.#parts.folder.entry(path));
    } else this.#adopt(path, folder, owner);
    this.#parts.state.settle(path, folder, owner, undefined);
    return { kind: 'applied', path };
  }

  #makeLink(operation: MakeLink, owner: string): Outcome {
    const { path, base, target } = operation;
    if (!isInsideLink(path, target)) return refusal(path, 'name', undefined, 'The link leaves the synced folder.');
    const wanted: PathState = { kind: 'link', target };
    const found = this.#parts.observer.observe(path);
    if (!sameContent(found.state, wanted)) {
      if (!meets(found.state, base) || found.state.kind === 'folder') return baseRefusal(path, found.state);
      const staged = this.#parts.stage.fresh();
      symlinkSync(target, staged);
      try {
        this.#parts.state.intend(path, wanted, owner);
        const refused = this.#swapIn(staged, path, found);
        if (refused !== undefined) return refused;
      } finally {
        discard(staged);
      }
    } else this.#adopt(path, wanted, owner);
    this.#parts.state.settle(path, wanted, owner, undefined);
    return { kind: 'applied', path };
  }

  /** Records what is there already as this workspace's own. */
  #adopt(path: SyncPath, state: PathState, owner: string): void {
    const entry = this.#parts.state.ledger.get(path);
    if (entry?.owner !== owner || !sameState(entry.put, state)) this.#parts.state.intend(path, state, owner);
  }

  #setExecutable(operation: SetExecutable, owner: string): Outcome {
    const { path, base, executable } = operation;
    const found = this.#parts.observer.observe(path);
    if (base.kind !== 'file' || !sameContent(found.state, base)) return baseRefusal(path, found.state);
    return this.#already(path, { ...base, executable }, found, owner);
  }

  #delete({ path, base }: Delete, owner: string): Outcome {
    const found = this.#parts.observer.observe(path);
    if (found.state.kind !== 'absent') {
      if (!meets(found.state, base)) return baseRefusal(path, found.state);
      const refused = found.state.kind === 'folder' ? this.#removeFolder(path) : this.#throwAway(path, found);
      if (refused !== undefined) return refused;
    }
    this.#parts.state.forget(path, owner);
    return { kind: 'applied', path };
  }

  #removeFolder(path: SyncPath): Outcome | undefined {
    this.#parts.folder.release();
    try {
      rmdirSync(this.#parts.folder.entry(path));
      return undefined;
    } catch (error) {
      // Linux says ENOTEMPTY, others EEXIST.
      if (errorCode(error) !== 'EEXIST' && errorCode(error) !== 'ENOTEMPTY') throw error;
      return refusal(path, 'notEmpty', folder, `Folder ${path} holds files that did not come from here.`);
    }
  }

  #throwAway(path: SyncPath, found: Observed): Outcome | undefined {
    const target = this.#parts.folder.entry(path);
    const store = this.#isUnchangedPut(path, found.state) ? this.#parts.trash : this.#parts.rescued;
    const kept = store.takeAway(target);
    if (sameVersion(lookAt(kept), found.entry)) {
      store.keep(kept, path, 'deleted');
      return undefined;
    }
    // Somebody wrote between check and removal: that version is newer than what was to be deleted, so it goes back.
    if (!placeNew(kept, target)) this.#rescue(kept, path);
    return baseRefusal(path, this.#parts.observer.observe(path).state);
  }

  /** What was kept turned out to be the pod's own. */
  #rescue(kept: string, path: SyncPath): void {
    const { rescued } = this.#parts;
    rescued.keep(rescued.takeAway(kept), path, 'rescued');
  }

  #move(operation: Move, owner: string): Outcome {
    if (operation.exchange) return this.#exchange(operation, owner);
    const { path, base, from, fromState } = operation;
    const source = this.#parts.observer.observe(from);
    const found = this.#parts.observer.observe(path);
    if (source.state.kind === 'folder') return refusal(path, 'base', found.state, 'Folders are not moved as a whole.');
    if (source.state.kind === 'absent' && sameState(found.state, fromState)) {
      return this.#already(path, fromState, found, owner);
    }
    if (!sameState(source.state, fromState)) return refusal(path, 'base', found.state, `${from} is not as expected.`);
    if (!meets(found.state, base) || found.state.kind === 'folder') return baseRefusal(path, found.state);
    const before = source.entry;
    this.#parts.state.intend(path, fromState, owner);
    const refused = this.#swapIn(this.#parts.folder.entry(from), path, found);
    if (refused !== undefined) return refused;
    this.#parts.state.forget(from, owner);
    this.#settleFile(path, fromState, before, owner);
    return { kind: 'applied', path };
  }

  #moveTree(operation: MoveTree, owner: string): Outcome {
    const { folder: place, observer, state, scheduler } = this.#parts;
    const moved = moveTree(operation, owner, { folder: place, observer, state, now: () => scheduler.now() });
    if (moved.kind === 'moved') return { kind: 'applied', path: operation.path, paths: moved.paths };
    return refusal(operation.path, 'base', moved.current, moved.message);
  }

  /** Both files get the other's name by one rename each: neither path is ever without a file. */
  #exchange({ path, base, from, fromState }: Move, owner: string): Outcome {
    const { observer, folder: place, stage, state } = this.#parts;
    const [one, two] = [observer.observe(path), observer.observe(from)];
    if (base.kind !== 'file' || fromState.kind !== 'file') return baseRefusal(path, one.state);
    if (!sameContent(one.state, fromState) || !sameContent(two.state, base)) {
      if (!sameContent(one.state, base)) return baseRefusal(path, one.state);
      if (!sameContent(two.state, fromState)) return refusal(path, 'base', one.state, `${from} is not as expected.`);
      const [first, second] = [stage.fresh(), stage.fresh()];
      try {
        linkSync(place.entry(path), first);
        linkSync(place.entry(from), second);
        state.intend(path, fromState, owner);
        state.intend(from, base, owner);
        this.#putBack(second, path, one.entry);
        this.#putBack(first, from, two.entry);
      } finally {
        for (const file of [first, second]) discard(file);
      }
    }
    this.#settleFile(path, fromState, two.entry, owner);
    this.#settleFile(from, base, one.entry, owner);
    return { kind: 'applied', path };
  }

  /** Gives a file that has another name already this one. What was there has a name as well, unless it came just now. */
  #putBack(staged: string, path: SyncPath, expected: DiskEntry): void {
    const target = this.#parts.folder.entry(path);
    const kept = this.#parts.rescued.keepName(target);
    renameSync(staged, target);
    if (kept === undefined) return;
    if (sameVersion(lookAt(kept), expected)) discard(kept);
    else this.#parts.rescued.keep(kept, path, 'rescued');
  }

  /** Records a file by the fingerprint it has now, unless somebody already wrote to it again. */
  #settleFile(path: SyncPath, wanted: PathState, before: DiskEntry, owner: string): void {
    const now = lookAt(this.#parts.folder.entry(path));
    const unchanged = wanted.kind === 'file' && now.kind === 'file' && sameVersion(now, before);
    const hashedAt = this.#parts.exactTimes && unchanged ? vouchedAt(now.fingerprint) : this.#parts.scheduler.now();
    const hashed = unchanged ? { hash: wanted.hash, fingerprint: now.fingerprint, hashedAt } : undefined;
    this.#parts.state.settle(path, wanted, owner, hashed);
  }

  /** Whether what was found is still what a workspace put there. */
  #isUnchangedPut(path: SyncPath, found: PathState): boolean {
    const entry = this.#parts.state.ledger.get(path);
    // What is about to be there is recorded already; what was found is then among the states before it.
    return entry !== undefined && [entry.put, ...entry.earlier].some((put) => sameContent(put, found));
  }

  #refusal(path: SyncPath, error: unknown): Outcome {
    if (error instanceof NoSuchParent) return refusal(path, 'parent', undefined, error.message);
    if (error instanceof NotSyncable) return refusal(path, 'failed', undefined, error.message);
    if (error instanceof KeepsChanging) return refusal(path, 'busy', undefined, error.message);
    if (errorCode(error) === '') throw error;
    return refusal(path, nackReason(error), undefined, error instanceof Error ? error.message : String(error));
  }
}

function meets(found: PathState, base: Base): boolean {
  return base.kind === 'any' || sameContent(found, base);
}

function baseRefusal(path: SyncPath, current: PathState): Outcome {
  return refusal(path, 'base', current, `${path} is not as expected.`);
}

function refusal(path: SyncPath, reason: NackReason, current: PathState | undefined, message: string): Outcome {
  return { kind: 'refused', path, reason, current, message: message.slice(0, 500) };
}

/** Whether two looks at one inode saw the same content; its names and mode may have changed in between. */
function sameVersion(a: DiskEntry, b: DiskEntry): boolean {
  if (a.kind !== 'file' || b.kind !== 'file') return a.kind === b.kind;
  const [left, right]: [Fingerprint, Fingerprint] = [a.fingerprint, b.fingerprint];
  return left.inode === right.inode && left.mtimeNs === right.mtimeNs && left.size === right.size;
}

/** Gives a new name without ever replacing anything; `false` when the name is taken. */
function placeNew(staged: string, target: string): boolean {
  try {
    linkSync(staged, target);
    rmSync(staged, { force: true });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCode(error))) throw error;
    // Without hard links the check and the rename are two steps.
    if (lookAt(target).kind !== 'absent') return false;
    renameSync(staged, target);
    return true;
  }
}

/**
 * A replaced file keeps its permissions and owner; a new one has the usual ones of this process. Only the executable
 * bits travel. Gives what is staged.
 */
function prepareMode(staged: string, wanted: FileState, found: DiskEntry): DiskEntry {
  const fresh = lookAt(staged);
  const [before, now] = [found.kind === 'file' ? found : undefined, fresh.kind === 'file' ? fresh.mode : 0o644];
  const mode = before?.mode ?? now;
  const executable = wanted.executable === 'keep' ? (mode & 0o100) !== 0 : wanted.executable === 'yes';
  const final = withExecutable(mode, executable);
  if (final !== now) chmodSync(staged, final);
  if (before !== undefined && process.getuid?.() === 0) lchownSync(staged, before.uid, before.gid);
  return fresh;
}

/** Whoever may read may execute, or nobody. */
function withExecutable(mode: number, executable: boolean): number {
  return executable ? mode | ((mode & 0o444) >> 2) | 0o100 : mode & ~0o111;
}
