import { joinSyncPath, parentSyncPath, readSyncPath, type SyncPath } from '../../base/paths.ts';
import { maxInlineBytes, maxTreeEntries } from '../../protocol/limits.ts';
import { absent, type FileState, folder, type PathState, sameState } from '../../protocol/pathState.ts';
import type { RemoteView } from '../core/remoteView.ts';
import { type TreeLine, treeDigest } from '../core/treeDigest.ts';
import type { FileEntry, LocalContent } from '../replica/localContent.ts';
import type { LocalFolder } from '../replica/localFolder.ts';
import { hashTextOf } from '../replica/readFile.ts';
import type { Effect } from './flight.ts';
import type { Made } from './operationMaker.ts';
import type { RemoteContent } from './remoteContent.ts';

/** What `TreeMoves` works with. */
export interface TreeMovesParts {
  readonly local: LocalFolder;
  readonly content: LocalContent;
  readonly remote: RemoteView;
  readonly elsewhere: RemoteContent;
  /** Whether renaming a folder to this path was refused. */
  readonly isRefused: (path: SyncPath) => boolean;
}

/** New folders that are looked at in one job, and files of each that are tried to find out where it was before. */
const maxFolders = 64;
const maxSamples = 4;

/**
 * Finds folders that were renamed here: new ones that hold exactly what a folder there holds that is gone here. Of a
 * folder in which something else changed too, those inside that did not are found.
 */
export class TreeMoves {
  readonly #parts: TreeMovesParts;

  constructor(parts: TreeMovesParts) {
    this.#parts = parts;
  }

  /** An operation for each renamed folder among some paths, by where the folder is now. Pauses after each entry. */
  *find(paths: readonly SyncPath[]): Generator<undefined, Map<SyncPath, Made>> {
    const found = new Map<SyncPath, Made>();
    const pending = paths.filter((path) => this.#isNew(path) && !this.#isNew(parentSyncPath(path)));
    for (let tried = 0; tried < maxFolders; tried++) {
      const to = pending.shift();
      if (to === undefined) break;
      const from = this.#parts.isRefused(to) ? undefined : yield* this.#earlierPath(to);
      if (from === undefined) pending.push(...this.#foldersIn(to));
      else yield* this.#compare(to, from, found);
    }
    return found;
  }

  *#compare(to: SyncPath, from: SyncPath, found: Map<SyncPath, Made>): Generator<undefined, void> {
    const comparison = new Comparison(to, from, this.#parts);
    const same = (yield* comparison.isSame(to)) ? [to] : comparison.same;
    for (const top of same) found.set(top, comparison.move(top));
  }

  #isNew(path: SyncPath): boolean {
    return this.#parts.local.tree.get(path)?.kind === 'folder' && this.#parts.remote.expected(path).kind === 'absent';
  }

  /** A folder that is new itself may hold some that were renamed. */
  #foldersIn(folder: SyncPath): SyncPath[] {
    const paths = [...this.#parts.local.tree.children(folder)].map((name) => joinSyncPath(folder, name));
    return paths.filter((path) => this.#isNew(path));
  }

  /** Where a folder was before: its files say so, by where their content is there and not here any more. */
  *#earlierPath(to: SyncPath): Generator<undefined, SyncPath | undefined> {
    let tried = 0;
    for (const [path, entry] of filesBelow(to, this.#parts.local)) {
      const { size } = entry.fingerprint;
      if (size === 0 || size > maxInlineBytes) continue;
      if (++tried > maxSamples) return undefined;
      const state = this.#parts.content.likely(path, entry) ?? (yield* this.#parts.content.hash(path, entry));
      const inside = path.slice(to.length);
      for (const earlier of state === undefined ? [] : this.#parts.elsewhere.findGone(state)) {
        const from = earlier.endsWith(inside) ? readSyncPath(earlier.slice(0, -inside.length)) : undefined;
        if (from !== undefined && this.#parts.elsewhere.isGone(from)) return from;
      }
    }
    return undefined;
  }
}

/** Compares a folder here with one there. */
class Comparison {
  /** Outermost folders that are the same, other than the whole. */
  readonly same: SyncPath[] = [];
  readonly #to: SyncPath;
  readonly #from: SyncPath;
  readonly #parts: TreeMovesParts;
  /** How many children each folder has there. */
  readonly #children = new Map<SyncPath, number>();
  readonly #lines = new Map<SyncPath, PathState>();

  constructor(to: SyncPath, from: SyncPath, parts: TreeMovesParts) {
    this.#to = to;
    this.#from = from;
    this.#parts = parts;
    for (const [path, { expected }] of parts.remote.entries()) {
      if (expected.kind === 'absent' || !path.startsWith(`${from}/`)) continue;
      const parent = parentSyncPath(path);
      this.#children.set(parent, (this.#children.get(parent) ?? 0) + 1);
    }
  }

  /** Whether a folder holds what the one there holds. */
  *isSame(top: SyncPath): Generator<undefined, boolean> {
    const { local } = this.#parts;
    const children = [...local.tree.children(top)].map((name) => joinSyncPath(top, name));
    let same = this.#children.get(this.#earlier(top)) === children.length;
    const sameFolders: SyncPath[] = [];
    for (const path of children) {
      const entry = local.tree.get(path);
      const state =
        entry?.kind === 'file' ? yield* this.#fileState(path, entry) : entry?.kind === 'folder' ? folder : entry;
      yield;
      const isSame = state !== undefined && sameState(state, this.#parts.remote.expected(this.#earlier(path)));
      const isWhole = isSame && (state.kind !== 'folder' || (yield* this.isSame(path)));
      if (isWhole && state.kind === 'folder') sameFolders.push(path);
      if (isWhole) this.#lines.set(path, state);
      else same = false;
    }
    if (same && (this.#lines.size <= maxTreeEntries || this.#linesBelow(top).length <= maxTreeEntries)) return true;
    this.same.push(...sameFolders);
    return false;
  }

  move(top: SyncPath): Made {
    const from = this.#earlier(top);
    const lines = this.#linesBelow(top);
    const effects: [Effect, ...Effect[]] = [{ path: top, result: folder }];
    for (const [inside, state] of lines) effects.push({ path: joinSyncPath(top, inside), result: state });
    for (const [inside] of lines) effects.push({ path: joinSyncPath(from, inside), result: absent });
    effects.push({ path: from, result: absent });
    const body = { kind: 'moveTree', path: top, base: absent, from, digest: treeDigest(lines, hashTextOf) } as const;
    return { kind: 'operation', body, effects, what: 'moveTree', bytes: 0 };
  }

  /** The state of a file, which is not read when it came here with its folder. */
  *#fileState(path: SyncPath, entry: FileEntry): Generator<undefined, FileState | undefined> {
    const { content, remote } = this.#parts;
    const there = remote.expected(this.#earlier(path));
    if (there.kind !== 'file' || there.size !== entry.fingerprint.size) return undefined;
    content.renamed(path, this.#earlier(path), entry);
    return content.known(path, entry) ?? (yield* content.hash(path, entry));
  }

  #linesBelow(top: SyncPath): TreeLine[] {
    const lines: TreeLine[] = [];
    for (const [path, state] of this.#lines) {
      if (path.startsWith(`${top}/`)) lines.push([path.slice(top.length + 1), state]);
    }
    return lines;
  }

  /** Where a path was before. */
  #earlier(path: SyncPath): SyncPath {
    return path === this.#to ? this.#from : joinSyncPath(this.#from, path.slice(this.#to.length + 1));
  }
}

function* filesBelow(top: SyncPath, local: LocalFolder): Generator<[SyncPath, FileEntry]> {
  for (const name of local.tree.children(top)) {
    const path = joinSyncPath(top, name);
    const entry = local.tree.get(path);
    if (entry?.kind === 'file') yield [path, entry];
    else if (entry?.kind === 'folder') yield* filesBelow(path, local);
  }
}
