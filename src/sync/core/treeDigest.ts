import type { ContentHash } from '../../protocol/contentHash.ts';
import type { PathState } from '../../protocol/pathState.ts';
import { contentKey } from './folderDigest.ts';

/** A path below some folder, written from there, and what is at it. */
export type TreeLine = readonly [relative: string, state: PathState];

/** Hash of everything below a folder: equal at both ends when the same paths have the same content. */
export function treeDigest(lines: readonly TreeLine[], hash: (text: string) => ContentHash): ContentHash {
  return hash(
    lines
      .map(([relative, state]) => `${relative}\0${contentKey(state)}`)
      .sort()
      .join('\n'),
  );
}
