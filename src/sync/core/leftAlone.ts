import { parentSyncPath, type SyncPath } from '../../base/paths.ts';
import type { PathState } from '../../protocol/pathState.ts';
import { stateKey } from './folderDigest.ts';

/**
 * Paths that differ between the two sides on purpose: what a volume held before it was first synced, a folder that
 * stays because it holds ignored files. Each holds for exactly the two states that it was noted with.
 */
export class LeftAlone {
  readonly #pairs = new Map<SyncPath, string>();
  #changes = 0;

  constructor(pairs: Iterable<readonly [SyncPath, string]> = []) {
    for (const [path, pair] of pairs) this.#pairs.set(path, pair);
  }

  /** Grows with each change. */
  get changes(): number {
    return this.#changes;
  }

  /** What a later `LeftAlone` can be made from. */
  entries(): Iterable<[SyncPath, string]> {
    return this.#pairs;
  }

  add(path: SyncPath, local: PathState, remote: PathState): void {
    this.#pairs.set(path, pairOf(local, remote));
    this.#changes++;
  }

  /** The folders that contain a path are exceptions no more, because what is in them has changed; gives them. */
  deleteAbove(path: SyncPath): SyncPath[] {
    const folders: SyncPath[] = [];
    for (let folder = parentSyncPath(path); folder !== ''; folder = parentSyncPath(folder)) {
      if (this.#pairs.delete(folder)) folders.push(folder);
    }
    this.#changes += folders.length;
    return folders;
  }

  holds(path: SyncPath, local: PathState, remote: PathState): boolean {
    const pair = this.#pairs.get(path);
    return pair !== undefined && pair === pairOf(local, remote);
  }
}

function pairOf(local: PathState, remote: PathState): string {
  return `${stateKey(local)}\0${stateKey(remote)}`;
}
