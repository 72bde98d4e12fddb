import type { ContentHash } from '../../protocol/contentHash.ts';

/** Keeps the contents that were sent last, so that the next change of a file can be said as a difference. */
export class VersionCache {
  readonly #maxBytes: number;
  readonly #versions = new Map<ContentHash, Uint8Array>();
  #bytes = 0;

  /** At most `maxBytes` bytes of content are kept; what was not used for the longest time goes first. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(hash: ContentHash): Uint8Array | undefined {
    const version = this.#versions.get(hash);
    if (version !== undefined) this.#touch(hash, version);
    return version;
  }

  /** Keeps a content; it must not be changed afterwards. */
  set(hash: ContentHash, version: Uint8Array): void {
    if (!this.#versions.has(hash)) this.#bytes += version.length;
    this.#touch(hash, version);
    for (const [oldest, { length }] of this.#versions) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#versions.delete(oldest);
      this.#bytes -= length;
    }
  }

  #touch(hash: ContentHash, version: Uint8Array): void {
    this.#versions.delete(hash);
    this.#versions.set(hash, version);
  }
}
