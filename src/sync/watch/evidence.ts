import { parentSyncPath, type SyncPath } from '../../base/paths.ts';
import type { HintBatch } from './hints.ts';

/** One unnoticed change may have been made through a mapping, which no system tells of; so many may not (paths). */
const manyMissed = 3;

/** Collects evidence that changes are not told of: a scan that finds what no notice came for. */
export class Evidence {
  readonly #missed = new Set<SyncPath>();
  #paths: Set<SyncPath> | undefined;
  #folders = new Set<SyncPath>();

  /** A scan begins; `waiting` is what has been told and not been looked at. */
  begin(waiting: Pick<HintBatch, 'paths' | 'folders'>): void {
    this.#paths = new Set(waiting.paths);
    this.#folders = new Set(waiting.folders);
  }

  hinted(path: SyncPath): void {
    this.#paths?.add(path);
  }

  hintedIn(folder: SyncPath): void {
    if (this.#paths !== undefined) this.#folders.add(folder);
  }

  /** The scan is over, and so is the evidence. */
  end(): void {
    this.#paths = undefined;
    this.#folders.clear();
  }

  /**
   * Of what a scan found, the paths that no notice has come for: not those below another one, nor in folders that are
   * not told of.
   */
  untold(found: ReadonlySet<SyncPath>, isTold: (folder: SyncPath) => boolean): SyncPath[] {
    return [...found].filter((path) => {
      const folder = parentSyncPath(path);
      return !found.has(folder) && isTold(folder) && !this.#isHinted(path);
    });
  }

  /** All notices have come: those of these paths that were not told of are missed. Answers whether that is too much. */
  judge(paths: readonly SyncPath[]): boolean {
    for (const path of paths) if (!this.#isHinted(path)) this.#missed.add(path);
    return this.#missed.size >= manyMissed;
  }

  #isHinted(path: SyncPath): boolean {
    return this.#paths?.has(path) === true || this.#folders.has(parentSyncPath(path));
  }
}
