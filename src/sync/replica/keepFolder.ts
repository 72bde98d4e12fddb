import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorCode } from './diskError.ts';

/**
 * Where what is staged and what is kept of a tree lies: in the replica's own folder if that is on the file system of
 * the tree, otherwise in a folder inside the tree that neither end ever syncs and git does not see.
 */
export function keepFolder(root: string, stateDir: string): string {
  mkdirSync(stateDir, { recursive: true });
  const device = deviceOf(root);
  if (device === undefined || device === deviceOf(stateDir)) return stateDir;
  const inside = path.join(root, ownFolder);
  mkdirSync(inside, { recursive: true });
  writeFileSync(path.join(inside, '.gitignore'), '*\n');
  return inside;
}

/** The folder inside a tree that belongs to the sync itself. */
const ownFolder = '.podloop/state';

function deviceOf(folder: string): bigint | undefined {
  try {
    return statSync(folder, { bigint: true }).dev;
  } catch (error) {
    if (errorCode(error) !== '') return undefined;
    throw error;
  }
}
