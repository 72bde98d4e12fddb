import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** A tree as lines that can be compared: kind, executable bit, content or target of each path. */
export function readTree(root: string, skip: (relative: string) => boolean = () => false): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const name of readdirSync(path.join(root, folder))) {
      const relative = folder === '' ? name : `${folder}/${name}`;
      if (skip(relative)) continue;
      const absolute = path.join(root, relative);
      const stats = lstatSync(absolute);
      if (stats.isDirectory()) {
        found.set(relative, 'folder');
        visit(relative);
      } else if (stats.isSymbolicLink()) found.set(relative, `link to ${readlinkSync(absolute)}`);
      else {
        const content = readFileSync(absolute).toString('latin1');
        const shown = content.length > 40 ? `${content.length} bytes` : JSON.stringify(content);
        found.set(relative, `file ${(stats.mode & 0o100) === 0 ? '' : 'executable '}${shown}${checksum(content)}`);
      }
    }
  };
  visit('');
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function checksum(content: string): string {
  let sum = 0;
  for (let index = 0; index < content.length; index++) sum = (Math.imul(sum, 31) + content.charCodeAt(index)) | 0;
  return ` #${sum}`;
}
