import { createHash, hash } from 'node:crypto';
import { readdirSync, readFileSync, readSync, openSync, closeSync, statSync } from 'node:fs';

// Runs on this machine and in the pod, so it may import nothing but Node's own modules.

/** What a tree holds, in short. */
export interface TreeDigest {
  readonly files: number;
  readonly digest: string;
}

/** Names and contents of all files below a folder; what a peer keeps there for itself does not count. */
export function treeDigest(root: string): TreeDigest {
  const digest = createHash('sha256');
  let files = 0;
  const visit = (relative: string): void => {
    const entries = readdirSync(`${root}/${relative}`, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (relative === '' && own.has(entry.name)) continue;
      if (entry.isDirectory()) visit(name);
      else {
        files += 1;
        digest.update(`${name}\0${contentHash(`${root}/${name}`)}\0`);
      }
    }
  };
  visit('');
  return { files, digest: digest.digest('hex') };
}

const own = new Set(['.git', '.stignore', '.stfolder']);

function contentHash(file: string): string {
  const { size } = statSync(file);
  if (size <= blockBytes) return hash('sha256', readFileSync(file));
  const digest = createHash('sha256');
  const block = Buffer.alloc(blockBytes);
  const descriptor = openSync(file, 'r');
  for (let count = -1; count !== 0;) {
    count = readSync(descriptor, block, 0, blockBytes, null);
    digest.update(block.subarray(0, count));
  }
  closeSync(descriptor);
  return digest.digest('hex');
}

const blockBytes = 4 * 1024 * 1024;
