import type { Fingerprint } from './fingerprint.ts';
import { grown, grownSize } from './pathTable.ts';

/** Fingerprints by the numbers of a `PathTable`. */
export class FingerprintColumn {
  #mtimes = new BigInt64Array(0);
  #ctimes = new BigInt64Array(0);
  #inodes = new BigInt64Array(0);
  #sizes = new Float64Array(0);

  get(number: number): Fingerprint {
    return {
      mtimeNs: this.#mtimes[number] ?? 0n,
      ctimeNs: this.#ctimes[number] ?? 0n,
      inode: this.#inodes[number] ?? 0n,
      size: this.#sizes[number] ?? 0,
    };
  }

  size(number: number): number {
    return this.#sizes[number] ?? 0;
  }

  set(number: number, { mtimeNs, ctimeNs, inode, size }: Fingerprint): void {
    if (number >= this.#sizes.length) this.#grow(number + 1);
    this.#mtimes[number] = mtimeNs;
    this.#ctimes[number] = ctimeNs;
    // Windows has inodes above 2^63; wrapped ones differ as well.
    this.#inodes[number] = inode;
    this.#sizes[number] = size;
  }

  isSame(number: number, { mtimeNs, ctimeNs, inode, size }: Fingerprint): boolean {
    return (
      this.#sizes[number] === size &&
      this.#mtimes[number] === mtimeNs &&
      this.#ctimes[number] === ctimeNs &&
      this.#inodes[number] === BigInt.asIntN(64, inode)
    );
  }

  #grow(needed: number): void {
    const size = grownSize(needed);
    this.#mtimes = grown(this.#mtimes, new BigInt64Array(size));
    this.#ctimes = grown(this.#ctimes, new BigInt64Array(size));
    this.#inodes = grown(this.#inodes, new BigInt64Array(size));
    this.#sizes = grown(this.#sizes, new Float64Array(size));
  }
}
