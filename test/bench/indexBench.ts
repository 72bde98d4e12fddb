import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { rootSyncPath } from '../../src/base/paths.ts';
import { contentHash } from '../../src/protocol/contentHash.ts';
import { HashCache } from '../../src/sync/core/hashCache.ts';
import { IgnoreRules } from '../../src/sync/core/ignoreRules.ts';
import { RemoteView } from '../../src/sync/core/remoteView.ts';
import { ConfinedFolder } from '../../src/sync/replica/confinedFolder.ts';
import { LocalFolder } from '../../src/sync/replica/localFolder.ts';
import { runToEnd } from '../../src/sync/replica/slices.ts';

// Measures the index of a tree: what a look at everything costs, and the memory for all that is known of it when both
// sides are equal. Nothing is asserted.
//   node test/bench/indexBench.ts [files]

const files = Number(process.argv[2] ?? 100_000);
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const root = mkdtempSync(path.join(tmpdir(), 'podloop-index-'));
try {
  makeTree();
  measure();
} finally {
  rmSync(root, { recursive: true, force: true });
}

/** Twenty files to a folder, names as long as those of sources are. */
function makeTree(): void {
  for (let index = 0; index < files; index++) {
    const number = Math.floor(index / 20);
    const folder = path.join(
      root,
      `package-${number % 50}/src/feature-${Math.floor(number / 50) % 20}/part-${Math.floor(number / 1000)}`,
    );
    if (index % 20 === 0) mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `module-with-a-name-${index}.ts`), '');
  }
}

function measure(): void {
  const disk = new ConfinedFolder(root);
  const before = memory();
  const hashes = new HashCache();
  const rules = new IgnoreRules({ extra: [], ignoreCase: false });
  const folder = new LocalFolder(disk, rules, hashes.paths, {
    onChange() {},
    onFolder() {},
    onFolderGone() {},
    onSeen() {},
    onProblem() {},
  });
  for (const what of ['first look at everything', 'second']) {
    const start = process.cpuUsage();
    runToEnd(folder.scan(rootSyncPath));
    const { user, system } = process.cpuUsage(start);
    disk.release();
    console.log(`${what}: ${Math.round((user + system) / 1000)} ms of processor time, ${folder.tree.size} paths`);
  }
  console.log(`tree: ${(memory() - before).toFixed(1)} MB`);
  const remote = new RemoteView(hashes.paths);
  let count = 0;
  for (const [at, entry] of folder.tree.entries()) {
    if (entry.kind !== 'file') continue;
    const hash = contentHash((count++).toString(16).padStart(64, '0'));
    hashes.set(at, { fingerprint: entry.fingerprint, hash, hashedAt: 1e15 });
    remote.applied(at, { kind: 'file', hash, size: entry.fingerprint.size, executable: 'no' });
  }
  hashes.takeUnsaved();
  console.log(
    `with hashes and what is known of the pod: ${(memory() - before).toFixed(1)} MB for ${folder.tree.size} paths`,
  );
}

function memory(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}
