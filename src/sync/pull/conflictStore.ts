import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { localPath, readSyncPath, type SyncPath, syncPathName } from '../../base/paths.ts';
import { isContentHash } from '../../protocol/contentHash.ts';
import type { PathState } from '../../protocol/pathState.ts';
import type { SyncConflict } from '../core/conflict.ts';
import { sha256OfText } from '../replica/inventoryFrames.ts';

/** A conflict and what is needed to make the pod's version the live one. */
export interface KeptConflict extends SyncConflict {
  readonly state: Extract<PathState, { kind: 'file' | 'link' }>;
}

/**
 * Keeps the pod's version of paths that changed on both sides, one folder each: `about.json` and, in `theirs`, the version
 * under its own name. Conflicts stay until somebody ends them.
 */
export class ConflictStore {
  readonly #folder: string;
  readonly #onChange: (conflicts: readonly SyncConflict[]) => void;
  #conflicts: KeptConflict[];

  constructor(folder: string, onChange: (conflicts: readonly SyncConflict[]) => void) {
    this.#folder = folder;
    this.#onChange = onChange;
    mkdirSync(folder, { recursive: true });
    this.#conflicts = readAll(folder);
    if (this.#conflicts.length > 0) onChange(this.#conflicts);
  }

  find(id: string): KeptConflict | undefined {
    return this.#conflicts.find((conflict) => conflict.id === id);
  }

  /** Keeps a version of a path; a file's content is copied. The same version is kept once. Throws the disk's error. */
  add(at: SyncPath, state: KeptConflict['state'], content: string | undefined, now: number): void {
    const hash = state.kind === 'file' ? state.hash : sha256OfText(state.target);
    if (this.#conflicts.some((known) => known.path === at && known.hash === hash)) return;
    const id = randomUUID();
    const making = path.join(this.#folder, `${id}.new`);
    mkdirSync(path.join(making, versionFolder), { recursive: true });
    const version = path.join(making, versionFolder, syncPathName(at));
    if (state.kind === 'link') writeFileSync(version, state.target);
    else if (content !== undefined) copyFileSync(content, version);
    chmodSync(version, 0o444);
    writeFileSync(path.join(making, aboutFile), JSON.stringify({ path: at, at: now, state }));
    renameSync(making, path.join(this.#folder, id));
    this.#set([...this.#conflicts, describe(this.#folder, id, at, now, state)]);
  }

  remove(id: string): void {
    rmSync(path.join(this.#folder, id), { recursive: true, force: true });
    this.#set(this.#conflicts.filter((conflict) => conflict.id !== id));
  }

  #set(conflicts: KeptConflict[]): void {
    this.#conflicts = conflicts;
    this.#onChange(conflicts);
  }
}

const aboutFile = 'about.json';
const versionFolder = 'theirs';

function describe(folder: string, id: string, at: SyncPath, now: number, state: KeptConflict['state']): KeptConflict {
  const hash = state.kind === 'file' ? state.hash : sha256OfText(state.target);
  const bytes = state.kind === 'file' ? state.size : state.target.length;
  const theirs = localPath(path.join(folder, id, versionFolder, syncPathName(at)));
  return { id, path: at, at: now, hash, bytes, theirs, state };
}

function readAll(folder: string): KeptConflict[] {
  return readdirSync(folder)
    .filter((id) => !id.endsWith('.new'))
    .map((id) => readOne(folder, id))
    .filter((conflict) => conflict !== undefined)
    .sort((a, b) => a.at - b.at);
}

/** `undefined` when it cannot be understood: the version itself stays on the disk either way. */
function readOne(folder: string, id: string): KeptConflict | undefined {
  let about: unknown;
  try {
    about = JSON.parse(readFileSync(path.join(folder, id, aboutFile), 'utf8'));
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
  if (typeof about !== 'object' || about === null || !('path' in about && 'at' in about && 'state' in about)) {
    return undefined;
  }
  const at = typeof about.path === 'string' ? readSyncPath(about.path) : undefined;
  const state = readState(about.state);
  if (at === undefined || typeof about.at !== 'number' || state === undefined) return undefined;
  return describe(folder, id, at, about.at, state);
}

function readState(value: unknown): KeptConflict['state'] | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined;
  if (value.kind === 'link' && 'target' in value && typeof value.target === 'string') {
    return { kind: 'link', target: value.target };
  }
  if (value.kind !== 'file' || !('hash' in value && 'size' in value && 'executable' in value)) return undefined;
  const { hash, size, executable } = value;
  if (typeof hash !== 'string' || !isContentHash(hash) || typeof size !== 'number') return undefined;
  return { kind: 'file', hash, size, executable: executable === 'yes' ? 'yes' : 'no' };
}
