import { closeSync, fstatSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';

/**
 * Whether the disk gives a file another time with each write that follows a look at it, however soon: Linux from 6.13
 * on does so. Found out by trying, in a folder that is on the same disk as `root`; where it is not, or trying fails, the
 * answer is no.
 */
export function tellsWritesApart(folder: string, root: string): boolean {
  try {
    return statSync(folder).dev === statSync(root).dev && timesDiffer(path.join(folder, 'clock'));
  } catch (error) {
    // Most likely the disk is full, which is no reason not to start.
    if (error instanceof Error) return false;
    throw error;
  }
}

function timesDiffer(file: string): boolean {
  const descriptor = openSync(file, 'w');
  try {
    const times = Array.from({ length: 4 }, () => {
      writeSync(descriptor, '.');
      return fstatSync(descriptor, { bigint: true }).mtimeNs;
    });
    return new Set(times).size === times.length;
  } finally {
    closeSync(descriptor);
    rmSync(file, { force: true });
  }
}
