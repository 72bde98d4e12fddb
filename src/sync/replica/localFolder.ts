import { readdirSync, readFileSync } from 'node:fs';
import {
  joinSyncPath,
  parentSyncPath,
  readSyncPath,
  rootSyncPath,
  type SyncPath,
  syncPathName,
} from '../../base/paths.ts';
import { ignoreFileNames, isIgnoreFileName } from '../core/defaultIgnore.ts';
import type { IgnoreRules } from '../core/ignoreRules.ts';
import { isInsideLink } from '../core/linkTarget.ts';
import { type FolderIdentity, LocalTree, type TreeEntry } from '../core/localTree.ts';
import type { PathTable } from '../core/pathTable.ts';
import type { SyncProblem } from '../core/status.ts';
import { UnknownPaths } from '../core/unknownPaths.ts';
import { type ConfinedFolder, NoSuchParent } from './confinedFolder.ts';
import { type DiskEntry, lookAt } from './diskEntry.ts';
import { isMissing } from './diskError.ts';

/** The synced folder itself is not there; nothing may be concluded about what was in it. */
export class RootMissing extends Error {
  override readonly name = 'RootMissing';
}

/** What a `LocalFolder` tells while it looks at the disk. */
export interface LocalFolderEvents {
  /** The path may have changed: it appeared, vanished, or has another fingerprint. */
  onChange(path: SyncPath): void;
  /** A folder came into the tree; it is watched before its content is looked at. */
  onFolder(folder: SyncPath): void;
  onFolderGone(folder: SyncPath): void;
  /** What is below this path is known from now on: what is not in the tree is absent. */
  onSeen(path: SyncPath): void;
  /** Trouble with one path, or `undefined` when it is over. */
  onProblem(path: SyncPath, problem: SyncProblem | undefined): void;
  /** Something is there that a rule leaves out. */
  onIgnored?(path: SyncPath, isFolder: boolean): void;
}

/** Keeps a `LocalTree` true to the disk, as far as the ignore rules let it see. */
export class LocalFolder {
  readonly tree: LocalTree;
  readonly #disk: ConfinedFolder;
  readonly #rules: IgnoreRules;
  readonly #events: LocalFolderEvents;
  readonly #unknown = new UnknownPaths();
  /** Paths with trouble, by the folder that they are in: most of them are not in the tree. */
  readonly #troubled = new Map<SyncPath, Set<SyncPath>>();
  #root: FolderIdentity | undefined;

  constructor(disk: ConfinedFolder, rules: IgnoreRules, paths: PathTable, events: LocalFolderEvents) {
    this.tree = new LocalTree(paths);
    this.#disk = disk;
    this.#rules = rules;
    this.#events = events;
    this.#unknown.set(rootSyncPath, 'unseen');
  }

  /** Why a path is not in the tree. */
  absence(path: SyncPath, wasFolder: boolean): 'absent' | 'ignored' | 'unknown' {
    if (this.#unknown.covers(path)) return 'unknown';
    return this.#rules.isIgnored(path, wasFolder) ? 'ignored' : 'absent';
  }

  /** Paths about which, or about what is below which, nothing is known now. */
  unknown(): readonly SyncPath[] {
    return this.#unknown.paths();
  }

  /** Whether a path is excluded by a rule. */
  isIgnored(path: SyncPath): boolean {
    return this.#rules.isIgnored(path, this.tree.isFolder(path));
  }

  /** Looks at one path, and at everything below it if it turns out to be a new folder. Throws `RootMissing`. */
  *examine(path: SyncPath): Generator<undefined, void> {
    if (path === '') return yield* this.scan(path);
    if (!this.tree.isFolder(parentSyncPath(path))) return;
    if (isIgnoreFileName(syncPathName(path)) && this.#readRules(parentSyncPath(path))) {
      return yield* this.scan(parentSyncPath(path));
    }
    if (this.#take(path, this.#look(path)) || this.#unknown.get(path) !== undefined) yield* this.scan(path);
  }

  /** Looks at everything below a folder that is in the tree. Pauses after each entry. Throws `RootMissing`. */
  *scan(top: SyncPath): Generator<undefined, void> {
    const pending = [top];
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
      yield* this.#scanOne(folder, (child) => pending.push(child));
    }
  }

  /** Looks at the direct children of a folder, and at everything below those that are new. Throws `RootMissing`. */
  *list(folder: SyncPath): Generator<undefined, void> {
    const fresh: SyncPath[] = [];
    yield* this.#scanOne(folder, (child, isNew) => {
      if (isNew) fresh.push(child);
    });
    for (const child of fresh) yield* this.scan(child);
  }

  /** Whether another folder has taken the root's place since it was last scanned. Throws `RootMissing`. */
  isAnotherRoot(): boolean {
    const found = this.#look(rootSyncPath);
    if (found?.kind === 'absent') throw new RootMissing('The synced folder is missing.');
    if (found === undefined) return false;
    if (this.#unknown.get(rootSyncPath) === 'hidden') {
      this.#events.onProblem(rootSyncPath, undefined);
      this.#unknown.set(rootSyncPath, 'unseen');
    }
    const [now, before] = [found.kind === 'folder' ? found.identity : undefined, this.#root];
    this.#root = now;
    return before !== undefined && (now?.inode !== before.inode || now.bornNs !== before.bornNs);
  }

  *#scanOne(folder: SyncPath, onFolder: (child: SyncPath, isNew: boolean) => void): Generator<undefined, void> {
    if (!this.tree.isFolder(folder)) return;
    if (folder === rootSyncPath && this.isAnotherRoot()) this.#events.onFolderGone(folder);
    this.#events.onFolder(folder);
    const names = this.#list(folder);
    if (names === undefined) return;
    const present = new Set(names);
    this.#readRules(folder, present);
    for (const name of [...this.tree.children(folder)]) {
      if (!present.has(name)) this.#remove(joinSyncPath(folder, name));
    }
    for (const path of this.#unknown.inside(folder)) {
      if (!present.has(firstNameBelow(folder, path))) this.#isGone(path);
    }
    this.#forgetTroubles(folder, (path) => present.has(syncPathName(path)));
    for (const name of names) {
      const path = this.#nameIn(folder, name);
      if (path === undefined) continue;
      const isNew = this.#take(path, this.#look(path));
      if (this.tree.isFolder(path)) onFolder(path, isNew);
      yield;
      // Another look may have come in between and found that the folder is gone.
      if (!this.tree.isFolder(folder)) return;
    }
    if (this.#unknown.get(folder) === 'unseen') this.#isSeen(folder);
  }

  /** Names in a folder; `undefined` when it cannot be listed. Only a listing that succeeded says what is absent. */
  #list(folder: SyncPath): readonly string[] | undefined {
    this.#disk.begin();
    try {
      const names = readdirSync(this.#disk.folder(folder));
      if (this.#unknown.get(folder) === 'unlisted') {
        this.#events.onProblem(folder, undefined);
        this.#unknown.set(folder, 'unseen');
      }
      return names;
    } catch (error) {
      const gone = error instanceof NoSuchParent ? isMissing(error.cause) : isMissing(error);
      if (gone && folder === '') throw new RootMissing('The synced folder is missing.', { cause: error });
      if (gone) this.#remove(folder);
      else {
        this.#unknown.set(folder, 'unlisted');
        this.#cannotRead(folder, error);
      }
      return undefined;
    }
  }

  /** What is at a path; `undefined` when the disk does not say. */
  #look(path: SyncPath): DiskEntry | undefined {
    this.#disk.begin();
    try {
      return lookAt(this.#disk.entry(path));
    } catch (error) {
      if (error instanceof NoSuchParent && isMissing(error.cause)) {
        if (error.folder === '') throw new RootMissing('The synced folder is missing.', { cause: error });
        return { kind: 'absent' };
      }
      this.#unknown.set(path, 'hidden');
      this.#cannotRead(path, error);
      return undefined;
    }
  }

  /** Brings one look into the tree; answers whether the path is a folder that was not in the tree before. */
  #take(path: SyncPath, found: DiskEntry | undefined): boolean {
    if (found === undefined) return false;
    const wasHidden = this.#unknown.get(path) === 'hidden';
    if (wasHidden) this.#isVisible(path, found);
    const isIgnored = this.#rules.isIgnored(path, found.kind === 'folder');
    if (isIgnored) this.#events.onProblem(path, undefined);
    if (isIgnored && found.kind !== 'absent') this.#events.onIgnored?.(path, found.kind === 'folder');
    const entry = isIgnored ? undefined : this.#entryFor(path, found);
    if (entry === undefined) {
      this.#remove(path);
      return false;
    }
    if (this.tree.holds(path, entry)) return wasHidden && entry.kind === 'folder';
    const known = this.tree.kind(path);
    if (known !== undefined && known !== entry.kind) this.#remove(path);
    this.tree.set(path, entry);
    if (entry.kind !== 'folder') {
      this.#events.onChange(path);
      return false;
    }
    // Another folder under the same name needs a watch of its own; what it holds differs as the scan finds.
    if (known !== 'folder') this.#events.onChange(path);
    else this.#events.onFolderGone(path);
    this.#unknown.set(path, 'unseen');
    this.#events.onFolder(path);
    return true;
  }

  #entryFor(path: SyncPath, found: DiskEntry): TreeEntry | undefined {
    const problem = problemOf(path, found);
    if (problem !== undefined) this.#tell(problem);
    else if (this.#unknown.get(path) !== 'unlisted') this.#events.onProblem(path, undefined);
    if (problem !== undefined || found.kind === 'absent' || found.kind === 'special') return undefined;
    if (found.kind !== 'file') return found;
    return { kind: 'file', fingerprint: found.fingerprint, executable: found.executable };
  }

  /** What could not be looked at now can be. */
  #isVisible(path: SyncPath, found: DiskEntry): void {
    this.#events.onProblem(path, undefined);
    if (found.kind === 'folder') this.#unknown.set(path, 'unseen');
    else this.#isGone(path);
  }

  /** There is nothing below a path of which nothing was known. */
  #isGone(path: SyncPath): void {
    this.#events.onProblem(path, undefined);
    this.#events.onChange(path);
    this.#isSeen(path);
  }

  #isSeen(path: SyncPath): void {
    this.#unknown.delete(path);
    this.#events.onSeen(path);
  }

  #remove(path: SyncPath): void {
    for (const below of [...this.#unknown.inside(path), path]) {
      if (this.#unknown.get(below) !== undefined) this.#isGone(below);
    }
    for (const gone of this.tree.remove(path)) {
      this.#forgetTroubles(gone);
      for (const name of ignoreFileNames) this.#rules.setFile(gone, name, undefined);
      this.#events.onFolderGone(gone);
      this.#events.onProblem(gone, undefined);
      this.#events.onChange(gone);
    }
  }

  #tell(problem: SyncProblem): void {
    const folder = parentSyncPath(problem.path);
    const inFolder = this.#troubled.get(folder);
    if (inFolder === undefined) this.#troubled.set(folder, new Set([problem.path]));
    else inFolder.add(problem.path);
    this.#events.onProblem(problem.path, problem);
  }

  /** What is not in the tree any more is no trouble, and neither is what was directly in it; `except` is still there. */
  #forgetTroubles(folder: SyncPath, except?: (path: SyncPath) => boolean): void {
    const inFolder = this.#troubled.get(folder);
    if (except === undefined) this.#events.onProblem(folder, undefined);
    for (const path of inFolder ?? []) {
      if (except?.(path) === true) continue;
      inFolder?.delete(path);
      this.#events.onProblem(path, undefined);
    }
    if (inFolder?.size === 0) this.#troubled.delete(folder);
  }

  /** Reads a folder's own ignore files; answers whether a rule changed. */
  #readRules(folder: SyncPath, present?: ReadonlySet<string>): boolean {
    let changed = false;
    for (const name of ignoreFileNames) {
      const isThere = present?.has(name) !== false;
      const read = isThere ? this.#readText(joinSyncPath(folder, name)) : { text: undefined };
      // Rules that cannot be read now stay as they were: without them what is secret would be sent.
      if (read !== undefined && this.#rules.setFile(folder, name, read.text)) changed = true;
    }
    return changed;
  }

  /** Text of an ignore file; like git, only of a regular one. `undefined` when the disk does not say. */
  #readText(path: SyncPath): { readonly text: string | undefined } | undefined {
    const found = this.#look(path);
    if (found === undefined) return undefined;
    if (found.kind !== 'file' || found.fingerprint.size > maxRulesBytes) return { text: undefined };
    try {
      return { text: readFileSync(this.#disk.entry(path), 'utf8') };
    } catch (error) {
      if (isMissing(error)) return { text: undefined };
      this.#cannotRead(path, error);
      return undefined;
    }
  }

  #nameIn(folder: SyncPath, name: string): SyncPath | undefined {
    const path = joinSyncPath(folder, name);
    // Bytes that are not UTF-8 come as U+FFFD: such a name cannot be said to the other side.
    const readable = name.isWellFormed() && !name.includes('\uFFFD');
    const valid = readable ? readSyncPath(path) : undefined;
    if (valid === undefined) {
      const message = `${JSON.stringify(name)} has a name that cannot be synced.`;
      this.#tell({ path, code: 'unsupportedName', message });
    }
    return valid;
  }

  #cannotRead(path: SyncPath, error: unknown): void {
    const message = `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    this.#tell({ path, code: 'unreadable', message });
  }
}

/** Name of the child of a folder that a path inside it goes through. */
function firstNameBelow(folder: SyncPath, path: SyncPath): string {
  const [name = ''] = path.slice(folder === '' ? 0 : folder.length + 1).split('/');
  return name;
}

/** A longer ignore file is none. */
const maxRulesBytes = 4 * 1024 * 1024;

function problemOf(path: SyncPath, found: DiskEntry): SyncProblem | undefined {
  if (found.kind === 'special') {
    return { path, code: 'specialFile', message: `${path} is a socket, a pipe or a device and is not synced.` };
  }
  if (found.kind === 'link' && !isInsideLink(path, found.target)) {
    return { path, code: 'escapingLink', message: `${path} points to ${found.target}, outside the synced folder.` };
  }
  return undefined;
}
