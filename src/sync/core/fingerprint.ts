import type { ContentHash } from '../../protocol/contentHash.ts';

/**
 * What a disk says about a file without reading it. Two equal fingerprints of one path mean equal content, unless the
 * file was written in the same clock tick in which the first one was taken; see `isRacy`.
 */
export interface Fingerprint {
  /** Change of content, in nanoseconds since the epoch. */
  readonly mtimeNs: bigint;
  /** Change of anything, which no program can set back. */
  readonly ctimeNs: bigint;
  readonly inode: bigint;
  /** Bytes. */
  readonly size: number;
}

/** The hash that a file was found to have, and when. */
export interface HashedFile {
  readonly fingerprint: Fingerprint;
  readonly hash: ContentHash;
  /** Epoch milliseconds at which reading began. */
  readonly hashedAt: number;
}

/** Clocks of disks may tick this coarsely, in milliseconds. */
const coarsestTick = 2000;

export function sameFingerprint(a: Fingerprint, b: Fingerprint): boolean {
  return a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.inode === b.inode && a.size === b.size;
}

/** Whether the file was so young when it was read that a later write may have left the same times behind. */
export function isRacy(file: Pick<HashedFile, 'fingerprint' | 'hashedAt'>): boolean {
  const { mtimeNs, ctimeNs } = file.fingerprint;
  const youngest = Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n);
  return file.hashedAt - youngest < coarsestTick;
}

/**
 * When a file counts as read that was known and looked at before anybody else could write to it, on a disk whose times
 * tell of every write that follows: it is not racy.
 */
export function vouchedAt({ mtimeNs, ctimeNs }: Fingerprint): number {
  return Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n) + coarsestTick;
}

/** The hash of a file that has this fingerprint now, if what is known about it can be trusted. */
export function knownHash(file: HashedFile | undefined, now: Fingerprint): ContentHash | undefined {
  return file !== undefined && sameFingerprint(file.fingerprint, now) && !isRacy(file) ? file.hash : undefined;
}
