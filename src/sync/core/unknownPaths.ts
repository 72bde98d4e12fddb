import { parentSyncPath, type SyncPath } from '../../base/paths.ts';

/** Why nothing can be said about a path, or about what is below it. */
export type UnknownReason =
  /** The path cannot be looked at. */
  | 'hidden'
  /** The folder cannot be listed. */
  | 'unlisted'
  /** The folder has not been listed completely yet. */
  | 'unseen';

/** Paths about which, and about whatever is below which, nothing is known: what is not seen there is not absent. */
export class UnknownPaths {
  readonly #reasons = new Map<SyncPath, UnknownReason>();

  get(path: SyncPath): UnknownReason | undefined {
    return this.#reasons.get(path);
  }

  set(path: SyncPath, reason: UnknownReason): void {
    this.#reasons.set(path, reason);
  }

  /** Answers whether anything was unknown there. */
  delete(path: SyncPath): boolean {
    return this.#reasons.delete(path);
  }

  /** Whether the path or a folder that contains it is unknown. */
  covers(path: SyncPath): boolean {
    if (this.#reasons.size === 0) return false;
    for (let at = path; ; at = parentSyncPath(at)) {
      if (this.#reasons.has(at)) return true;
      if (at === '') return false;
    }
  }

  paths(): SyncPath[] {
    return [...this.#reasons.keys()];
  }

  /** Unknown paths inside a folder. */
  inside(folder: SyncPath): SyncPath[] {
    if (this.#reasons.size === 0) return [];
    const prefix = folder === '' ? '' : `${folder}/`;
    return [...this.#reasons.keys()].filter((path) => path !== folder && path.startsWith(prefix));
  }
}
