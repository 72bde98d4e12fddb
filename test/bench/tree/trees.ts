import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { noise, sourceText } from './content.ts';
import { seeded } from './random.ts';

/** A tree that was written. */
export interface Tree {
  readonly root: string;
  readonly files: number;
  readonly bytes: number;
  /** A source file of 4 KB to edit, relative to the root. */
  readonly edited: string;
  /** A folder to rename, with its number of files. */
  readonly folder: { readonly name: string; readonly files: number };
}

export const treeSeed = 20_261;

/**
 * A project: of ten files nine are source of 1 to 7 KB, and one has 200 KB, by turns text and bytes that do not
 * compress. 5,000 files are 120 MB.
 */
export function writeProject(root: string, files: number): Tree {
  const random = seeded(treeSeed);
  let bytes = 0;
  for (let index = 0; index < files; index += 1) {
    const folder = path.join(root, 'src', `part-${index % 50}`);
    if (index < 50) mkdirSync(folder, { recursive: true });
    const size = index % 10 === 0 ? 204_000 : 1_000 + (index % 7) * 1_000;
    const content = index % 20 === 0 ? noise(random, size) : sourceText(random, size);
    writeFileSync(path.join(folder, fileName(index)), content);
    bytes += size;
  }
  const edited = `src/part-3/${fileName(3)}`;
  return { root, files, bytes, edited, folder: { name: 'src/part-7', files: Math.ceil((files - 7) / 50) } };
}

/** A monorepo: small sources, a hundred to a folder, ten areas of a tenth of the files each. 100,000 files are 200 MB. */
export function writeMonorepo(root: string, files: number): Tree {
  const random = seeded(treeSeed + 1);
  const perArea = files / 10;
  let bytes = 0;
  for (let index = 0; index < files; index += 1) {
    const area = Math.floor(index / perArea);
    const folder = path.join(root, `area-${area}`, `package-${Math.floor((index % perArea) / 100)}`);
    if (index % 100 === 0) mkdirSync(folder, { recursive: true });
    const size = 500 + (index % 7) * 500;
    writeFileSync(path.join(folder, fileName(index)), sourceText(random, size));
    bytes += size;
  }
  const edited = `area-5/package-2/${fileName(5 * perArea + 206)}`;
  return { root, files, bytes, edited, folder: { name: 'area-7', files: perArea } };
}

function fileName(index: number): string {
  return `module-${index}.${index % 20 === 0 ? 'bin' : 'ts'}`;
}
