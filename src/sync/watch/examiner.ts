import { parentSyncPath, rootSyncPath, type SyncPath } from '../../base/paths.ts';
import type { HashCache } from '../core/hashCache.ts';
import type { LocalFolder } from '../replica/localFolder.ts';
import type { EmptiedFiles } from './emptiedFiles.ts';
import type { SecondLook } from './secondLook.ts';

/** What an `Examiner` works with. */
export interface ExaminerParts {
  readonly folder: LocalFolder;
  readonly hashes: HashCache;
  readonly second: SecondLook;
  readonly emptied: EmptiedFiles;
  /** Another folder has taken the root's place. */
  readonly onAnotherRoot: () => void;
  /** The path may differ although the disk does not say so. */
  readonly onDoubt: (path: SyncPath) => void;
}

/** A look at more paths than this is not one person's save: new empty files in it are taken for what they are. */
const fewPaths = 50;

type Steps = Generator<undefined, void>;

/** The ways in which a part of the folder is looked at. Each throws `RootMissing`. */
export class Examiner {
  readonly #parts: ExaminerParts;

  constructor(parts: ExaminerParts) {
    this.#parts = parts;
  }

  /** Looks at paths, and at the direct children of folders, that were hinted at. */
  *hinted(paths: ReadonlySet<SyncPath>, folders: ReadonlySet<SyncPath>): Steps {
    const { folder, second, emptied } = this.#parts;
    yield* this.root();
    for (const at of folders) yield* folder.list(at);
    for (const path of paths) {
      const before = this.#sizeOf(path);
      yield* folder.examine(path);
      this.#noteRacy(path);
      if (folder.tree.get(path) !== undefined) second.add(path);
      if (this.#sizeOf(path) !== 0) emptied.delete(path);
      else if (before === undefined ? paths.size <= fewPaths : before > 0) emptied.add(path);
      yield;
    }
  }

  /** Looks at a path that was just written, in a folder that may be new. */
  *saved(path: SyncPath): Steps {
    const { folder, second } = this.#parts;
    let top = path;
    while (!folder.tree.isFolder(parentSyncPath(top))) top = parentSyncPath(top);
    yield* folder.examine(top);
    this.#noteRacy(path);
    second.add(path);
  }

  /** Looks once more at what changed a while ago. */
  *again(paths: Iterable<SyncPath>): Steps {
    yield* this.root();
    for (const path of paths) {
      yield* this.#parts.folder.examine(path);
      this.#noteRacy(path);
      yield;
    }
  }

  /** Looks at what may have changed without being told of: what changed lately, some folders, and what is not known. */
  *untold(folders: Iterable<SyncPath>): Steps {
    const { folder, second } = this.#parts;
    yield* this.root();
    for (const path of [...second.waiting()]) {
      yield* folder.examine(path);
      yield;
    }
    for (const at of [...folders]) yield* folder.list(at);
    yield* this.unknown();
  }

  /** Looks at what could not be looked at before. */
  *unknown(): Steps {
    const { folder } = this.#parts;
    for (const path of folder.unknown()) {
      yield* folder.examine(path);
      yield;
    }
  }

  /** Looks whether the root is there; everything is new when it is another one. */
  *root(): Steps {
    const { folder, onAnotherRoot } = this.#parts;
    if (!folder.isAnotherRoot()) return;
    onAnotherRoot();
    yield* folder.scan(rootSyncPath);
  }

  /** A file that was hashed right after it was written may have been written again without a trace in its times. */
  #noteRacy(path: SyncPath): void {
    const { folder, hashes, onDoubt } = this.#parts;
    const entry = folder.tree.get(path);
    if (entry?.kind === 'file' && hashes.find(path, entry.fingerprint) === undefined) onDoubt(path);
  }

  #sizeOf(path: SyncPath): number | undefined {
    const entry = this.#parts.folder.tree.get(path);
    return entry?.kind === 'file' ? entry.fingerprint.size : undefined;
  }
}
