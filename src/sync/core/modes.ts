import type { SyncPath } from '../../base/paths.ts';
import { matchPaths } from './pathMatcher.ts';

/**
 * Which side follows which. `push`: the pod follows the local folder, and what only the pod has stays. `twoWay`: each
 * follows the other. `mirror`: the pod is made equal to the local folder, and what only the pod has is put into its
 * trash.
 */
export type SyncMode = 'push' | 'twoWay' | 'mirror';

/** How one path is decided; `follow` takes over whatever the pod has. */
export type Policy = SyncMode | 'follow';

/** What is synced how. */
export interface SyncModeOptions {
  readonly mode: SyncMode;
  /** Patterns as in `.gitignore`: paths that go both ways although the mode is `push`, such as lock files. */
  readonly pull: readonly string[];
}

/** The policy of each path. */
export function policies({ mode, pull }: SyncModeOptions): (path: SyncPath) => Policy {
  const isPulled = matchPaths(pull);
  return (path) => (mode === 'push' && isPulled(path) ? 'twoWay' : mode);
}
