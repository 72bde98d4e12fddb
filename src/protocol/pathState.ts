import type { ContentHash } from './contentHash.ts';

/** What is at one path: the vocabulary in which both ends compare trees and state preconditions. */
export type PathState = AbsentState | FileState | FolderState | LinkState;

export interface AbsentState {
  readonly kind: 'absent';
}

export interface FileState {
  readonly kind: 'file';
  readonly hash: ContentHash;
  /** Bytes of content. */
  readonly size: number;
  /** Whether it may be executed; `keep` comes from an end whose disk does not know and never differs from anything. */
  readonly executable: Executable;
}

export interface FolderState {
  readonly kind: 'folder';
}

export interface LinkState {
  readonly kind: 'link';
  /** The text of the symbolic link, as it is on disk. */
  readonly target: string;
}

export type Executable = 'yes' | 'no' | 'keep';

export const absent: AbsentState = { kind: 'absent' };
export const folder: FolderState = { kind: 'folder' };

/** Whether two states are the same content and, where both ends know it, the same executable bit. */
export function sameState(a: PathState, b: PathState): boolean {
  return sameContent(a, b) && (a.kind !== 'file' || b.kind !== 'file' || sameExecutable(a.executable, b.executable));
}

/** Whether two states are the same kind with the same content; the executable bit does not count. */
export function sameContent(a: PathState, b: PathState): boolean {
  switch (a.kind) {
    case 'absent':
    case 'folder':
      return a.kind === b.kind;
    case 'file':
      return b.kind === 'file' && a.hash === b.hash;
    case 'link':
      return b.kind === 'link' && a.target === b.target;
  }
}

/** Whether two executable bits agree; `keep` agrees with everything. */
export function sameExecutable(a: Executable, b: Executable): boolean {
  return a === b || a === 'keep' || b === 'keep';
}
