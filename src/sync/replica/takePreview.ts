import { joinSyncPath, parentSyncPath, rootSyncPath, type SyncPath } from '../../base/paths.ts';
import { IgnoreRules } from '../core/ignoreRules.ts';
import type { LocalTree } from '../core/localTree.ts';
import { PathTable } from '../core/pathTable.ts';
import { biggestFolders, type FolderSize, type SyncPreview } from '../core/preview.ts';
import { ConfinedFolder } from './confinedFolder.ts';
import { LocalFolder } from './localFolder.ts';
import { runToEnd } from './slices.ts';

/** Looks at a folder as a sync would, and says what would be synced. Throws `RootMissing`. */
export function takePreview(root: string, ignore: readonly string[]): SyncPreview {
  const disk = new ConfinedFolder(root);
  const ignored = { files: 0, folders: 0 };
  const problems = new Set<SyncPath>();
  const rules = new IgnoreRules({ extra: ignore, ignoreCase: process.platform !== 'linux' });
  const folder = new LocalFolder(disk, rules, new PathTable(), {
    onChange() {},
    onFolder() {},
    onFolderGone() {},
    onSeen() {},
    onProblem: (path, problem) => {
      if (problem !== undefined) problems.add(path);
    },
    onIgnored: (_path, isFolder) => {
      ignored[isFolder ? 'folders' : 'files']++;
    },
  });
  try {
    runToEnd(folder.scan(rootSyncPath));
  } finally {
    disk.release();
  }
  const sizes = new Sizes(folder.tree);
  const { files, bytes } = sizes.of(rootSyncPath);
  const folders = folder.tree.size - sizes.entries;
  return { files, folders, bytes, ignored, problems: problems.size, biggest: biggestFolders(sizes.of(rootSyncPath)) };
}

/** What each folder of a tree holds with everything below it. */
class Sizes {
  readonly #tree: LocalTree;
  readonly #sizes = new Map<SyncPath, { files: number; bytes: number }>([[rootSyncPath, { files: 0, bytes: 0 }]]);
  /** Files and links. */
  entries = 0;

  constructor(tree: LocalTree) {
    this.#tree = tree;
    for (const [path, entry] of tree.entries()) {
      if (entry.kind === 'folder') continue;
      this.entries++;
      this.#add(path, entry.kind === 'file' ? entry.fingerprint.size : 0);
    }
  }

  of(path: SyncPath): FolderSize {
    const { files, bytes } = this.#sizes.get(path) ?? { files: 0, bytes: 0 };
    const foldersIn = (): FolderSize[] => this.#foldersIn(path);
    return {
      path,
      files,
      bytes,
      get folders() {
        return foldersIn();
      },
    };
  }

  #foldersIn(path: SyncPath): FolderSize[] {
    return [...this.#tree.children(path)]
      .map((name) => joinSyncPath(path, name))
      .filter((child) => this.#tree.isFolder(child))
      .map((child) => this.of(child));
  }

  #add(path: SyncPath, bytes: number): void {
    for (let folder = parentSyncPath(path); ; folder = parentSyncPath(folder)) {
      const size = this.#sizes.get(folder) ?? { files: 0, bytes: 0 };
      this.#sizes.set(folder, size);
      size.files++;
      size.bytes += bytes;
      if (folder === '') return;
    }
  }
}
