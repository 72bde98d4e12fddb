import type { SyncPath } from '../../base/paths.ts';
import type { ContentHash } from '../../protocol/contentHash.ts';
import { maxInlineBytes } from '../../protocol/limits.ts';
import type { PathState } from '../../protocol/pathState.ts';

/** Says where a content is, kept up to date with each change. */
export class ContentPaths {
  /** Most contents are at one path only, which then needs no set. */
  readonly #paths = new Map<ContentHash, SyncPath | Set<SyncPath>>();
  /** How many long files there are of each size. */
  readonly #longSizes = new Map<number, number>();

  /** The paths that have this content. */
  holding(hash: ContentHash): Iterable<SyncPath> {
    const paths = this.#paths.get(hash);
    return paths === undefined ? [] : typeof paths === 'string' ? [paths] : paths;
  }

  /** Whether some file too long for one frame has this size. */
  hasLong(size: number): boolean {
    return this.#longSizes.has(size);
  }

  /** The state at a path became another one. */
  changed(path: SyncPath, before: PathState | undefined, now: PathState | undefined): void {
    if (before === now) return;
    if (before?.kind === 'file') this.#remove(path, before.hash, before.size);
    if (now?.kind === 'file') this.#add(path, now.hash, now.size);
  }

  #add(path: SyncPath, hash: ContentHash, size: number): void {
    const paths = this.#paths.get(hash);
    if (paths === undefined) this.#paths.set(hash, path);
    else if (typeof paths === 'string') this.#paths.set(hash, new Set([paths, path]));
    else paths.add(path);
    if (size > maxInlineBytes) this.#longSizes.set(size, (this.#longSizes.get(size) ?? 0) + 1);
  }

  #remove(path: SyncPath, hash: ContentHash, size: number): void {
    const paths = this.#paths.get(hash);
    if (typeof paths === 'object') {
      paths.delete(path);
      const [only] = paths;
      if (paths.size === 1 && only !== undefined) this.#paths.set(hash, only);
    } else this.#paths.delete(hash);
    const left = (this.#longSizes.get(size) ?? 0) - 1;
    if (left > 0) this.#longSizes.set(size, left);
    else this.#longSizes.delete(size);
  }
}
