import type { SyncPath } from '../../base/paths.ts';
import type { Side } from './restorable.ts';

/** What making one side equal to the other would change there. */
export interface EqualPreview {
  readonly id: string;
  /** The side that would be changed. */
  readonly side: Side;
  readonly create: readonly PreviewedPath[];
  readonly replace: readonly PreviewedPath[];
  readonly delete: readonly PreviewedPath[];
}

export interface PreviewedPath {
  readonly path: SyncPath;
  /** Bytes that the path would have or, for a deletion, has. */
  readonly bytes: number;
}
