import type { ListedEntry } from '../../protocol/frame.ts';
import { type PathState, sameState } from '../../protocol/pathState.ts';

/** Hash of a text as at least 16 hexadecimal digits; both ends use SHA-256. */
export type TextHash = (text: string) => string;

/**
 * Digest of a folder's direct children as 16 hexadecimal digits: equal at both ends when the client already knows
 * exactly what the sidecar would list.
 */
export function folderDigest(entries: readonly ListedEntry[], hash: TextHash): string {
  const lines = entries.map(({ name, put, current }) => {
    const now = put !== undefined && sameState(put, current) ? '=' : stateKey(current);
    return `${name}\0${put === undefined ? '' : stateKey(put)}\0${now}`;
  });
  return hash(lines.sort().join('\n')).slice(0, 16);
}

/** A text that tells states apart. */
export function stateKey(state: PathState): string {
  return state.kind === 'file' ? contentKey(state) + state.executable : contentKey(state);
}

/** A text that is the same for two states exactly when they are the same kind with the same content. */
export function contentKey(state: PathState): string {
  switch (state.kind) {
    case 'absent':
      return '-';
    case 'folder':
      return 'd';
    case 'link':
      return `l${state.target}`;
    case 'file':
      return `f${state.hash}`;
  }
}
