import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** A tree as lines that can be compared: kind, executable bit, content or target of each path. */
export function readTree(root: string, skip: (relative: string) => boolean = () => false): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const name of readdirSync(path.join(root, folder))) {
      const relative = folder === '' ? name : `${folder}/${name}`;
      if (skip(relative)) continue;
      ifThere(() => {
        const what = describe(path.join(root, relative));
        found.set(relative, what);
        if (what === 'folder') visit(relative);
      });
    }
  };
  visit('');
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function describe(absolute: string): string {
  const stats = lstatSync(absolute);
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return `link to ${readlinkSync(absolute)}`;
  const content = readFileSync(absolute).toString('latin1');
  const shown = content.length > 40 ? `${content.length} bytes` : JSON.stringify(content);
  return `file ${(stats.mode & 0o100) === 0 ? '' : 'executable '}${shown}${checksum(content)}`;
}

/** A tree that is being written may lose something between being listed and being looked at. */
function ifThere(look: () => void): void {
  try {
    look();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

function checksum(content: string): string {
  let sum = 0;
  for (let index = 0; index < content.length; index++) sum = (Math.imul(sum, 31) + content.charCodeAt(index)) | 0;
  return ` #${sum}`;
}
