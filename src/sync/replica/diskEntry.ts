import { type BigIntStats, lstatSync, readlinkSync } from 'node:fs';
import type { Executable } from '../../protocol/pathState.ts';
import type { Fingerprint } from '../core/fingerprint.ts';
import type { FolderIdentity } from '../core/localTree.ts';
import { isMissing } from './diskError.ts';

/** What is at a path, as far as it can be said without reading content. */
export type DiskEntry =
  | { readonly kind: 'absent' }
  | { readonly kind: 'folder'; readonly identity: FolderIdentity }
  | {
      readonly kind: 'file';
      readonly fingerprint: Fingerprint;
      readonly executable: Executable;
      /** Permission bits. */
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  | { readonly kind: 'link'; readonly target: string }
  /** A socket, pipe or device: never synced. */
  | { readonly kind: 'special' };

/** Looks at a path without following it. Throws the disk's error, except that a missing path is `absent`. */
export function lookAt(absolute: string): DiskEntry {
  try {
    const stats = lstatSync(absolute, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return { kind: 'absent' };
    if (stats.isFile()) return fileEntry(stats);
    if (stats.isDirectory()) return { kind: 'folder', identity: { inode: stats.ino, bornNs: stats.birthtimeNs } };
    if (stats.isSymbolicLink()) return { kind: 'link', target: readlinkSync(absolute) };
    return { kind: 'special' };
  } catch (error) {
    if (isMissing(error)) return { kind: 'absent' };
    throw error;
  }
}

/** The fingerprint that a file's status stands for. */
export function fingerprintOf(stats: BigIntStats): Fingerprint {
  return { mtimeNs: stats.mtimeNs, ctimeNs: stats.ctimeNs, inode: stats.ino, size: Number(stats.size) };
}

function fileEntry(stats: BigIntStats): DiskEntry {
  const mode = Number(stats.mode & 0o7777n);
  return {
    kind: 'file',
    fingerprint: fingerprintOf(stats),
    executable: process.platform === 'win32' ? 'keep' : (mode & 0o100) !== 0 ? 'yes' : 'no',
    mode,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
  };
}
