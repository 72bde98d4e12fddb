import { readdirSync, renameSync } from 'node:fs';
import { joinSyncPath, readSyncPath, type SyncPath } from '../../base/paths.ts';
import type { ContentHash } from '../../protocol/contentHash.ts';
import type { MoveTree } from '../../protocol/frame.ts';
import { maxTreeEntries } from '../../protocol/limits.ts';
import { folder, type PathState } from '../../protocol/pathState.ts';
import { treeDigest } from '../core/treeDigest.ts';
import type { ConfinedFolder } from './confinedFolder.ts';
import type { Observed, Observer } from './observer.ts';
import { hashTextOf } from './readFile.ts';
import type { ReplicaState } from './replicaState.ts';

/** What `moveTree` works with. */
export interface TreeMoveParts {
  readonly folder: ConfinedFolder;
  readonly observer: Observer;
  readonly state: ReplicaState;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What became of it: all paths that it touched, or what is wrong with one of the two ends. */
export type TreeMoved =
  | { readonly kind: 'moved'; readonly paths: readonly SyncPath[] }
  | { readonly kind: 'refused'; readonly current: PathState; readonly message: string };

/**
 * Renames a folder with everything in it, if it holds exactly what the sender takes it for: what the pod has in it of its
 * own stays where it is. Throws what `Observer` throws.
 */
export function moveTree({ path, from, digest }: MoveTree, owner: string, parts: TreeMoveParts): TreeMoved {
  const { observer, state } = parts;
  const [target, source] = [observer.observe(path).state, observer.observe(from).state];
  const isDone = source.kind === 'absent' && target.kind === 'folder';
  if (!isDone && target.kind !== 'absent') return refused(target, `${path} is not as expected.`);
  if (!isDone && source.kind !== 'folder') return refused(target, `${from} is not as expected.`);
  const tree = lookInside(isDone ? path : from, parts);
  if (tree === undefined || digestOf(tree) !== digest) return refused(target, `${from} is not as expected.`);
  const inside = [...tree];
  const fresh = [path, ...inside.map(([relative]) => joinSyncPath(path, relative))];
  const old = [from, ...inside.map(([relative]) => joinSyncPath(from, relative))];
  const states = inside.map(([relative, found]) => [joinSyncPath(path, relative), found.state] as const);
  state.intendAll([[path, folder], ...states], owner);
  if (!isDone) renameFolder(from, path, fresh, owner, parts);
  state.settle(path, folder, owner, undefined);
  for (const [relative, found] of inside) settle(joinSyncPath(path, relative), found, owner, parts);
  state.forgetAll(old, owner);
  return { kind: 'moved', paths: [...fresh, ...old] };
}

function renameFolder(
  from: SyncPath,
  to: SyncPath,
  recorded: readonly SyncPath[],
  owner: string,
  { folder: place, state }: TreeMoveParts,
): void {
  try {
    place.release();
    renameSync(place.entry(from), place.entry(to));
  } catch (error) {
    // What was recorded in advance did not come about.
    state.forgetAll(recorded, owner);
    throw error;
  } finally {
    place.release();
  }
}

/** Everything below a folder, by its path from there; `undefined` when that is too much or cannot be said. */
function lookInside(top: SyncPath, { folder: place, observer }: TreeMoveParts): Map<string, Observed> | undefined {
  const found = new Map<string, Observed>();
  const pending = [''];
  for (let inside = pending.pop(); inside !== undefined; inside = pending.pop()) {
    place.begin();
    for (const name of readdirSync(place.folder(inside === '' ? top : joinSyncPath(top, inside)))) {
      const relative = inside === '' ? name : `${inside}/${name}`;
      const path = readSyncPath(`${top}/${relative}`);
      if (path === undefined || !name.isWellFormed() || name.includes('\uFFFD')) return undefined;
      if (found.size >= maxTreeEntries) return undefined;
      const observed = observer.observe(path);
      found.set(relative, observed);
      if (observed.state.kind === 'folder') pending.push(relative);
    }
  }
  return found;
}

function digestOf(tree: ReadonlyMap<string, Observed>): ContentHash {
  const lines = [...tree].map(([relative, { state }]) => [relative, state] as const);
  return treeDigest(lines, hashTextOf);
}

/** A file that moves with its folder keeps its fingerprint. */
function settle(
  path: SyncPath,
  { state: now, entry }: Observed,
  owner: string,
  { state, now: time }: TreeMoveParts,
): void {
  const isFile = now.kind === 'file' && entry.kind === 'file';
  const hashed = isFile ? { hash: now.hash, fingerprint: entry.fingerprint, hashedAt: time() } : undefined;
  state.settle(path, now, owner, hashed);
}

function refused(current: PathState, message: string): TreeMoved {
  return { kind: 'refused', current, message };
}
