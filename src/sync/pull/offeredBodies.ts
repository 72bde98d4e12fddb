import type { SyncPath } from '../../base/paths.ts';
import type { ContentHash } from '../../protocol/contentHash.ts';

/** Content that came with offers and may be wanted soon; what was offered longest ago is dropped first. */
export class OfferedBodies {
  readonly #most: number;
  readonly #bodies = new Map<SyncPath, { readonly hash: ContentHash; readonly bytes: Uint8Array }>();
  #held = 0;

  /** Keeps at most so many bytes. */
  constructor(most: number) {
    this.#most = most;
  }

  set(path: SyncPath, hash: ContentHash, bytes: Uint8Array): void {
    this.delete(path);
    this.#bodies.set(path, { hash, bytes });
    this.#held += bytes.length;
    for (const oldest of this.#bodies.keys()) {
      if (this.#held <= this.#most) break;
      this.delete(oldest);
    }
  }

  /** Takes away the content of a path, if it is the one with this hash. */
  take(path: SyncPath, hash: ContentHash): Uint8Array | undefined {
    const body = this.#bodies.get(path);
    this.delete(path);
    return body?.hash === hash ? body.bytes : undefined;
  }

  delete(path: SyncPath): void {
    this.#held -= this.#bodies.get(path)?.bytes.length ?? 0;
    this.#bodies.delete(path);
  }

  clear(): void {
    this.#bodies.clear();
    this.#held = 0;
  }
}
