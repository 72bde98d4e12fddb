import type { SyncPath } from '../../base/paths.ts';
import type { ContentHash } from '../../protocol/contentHash.ts';
import { sameContent } from '../../protocol/pathState.ts';
import type { RemoteView } from '../core/remoteView.ts';

/** Files that are about to be deleted on the other side: each may be renamed instead, if its content is wanted. */
export class MoveSources {
  readonly #byHash = new Map<ContentHash, SyncPath[]>();

  /** `removals` are paths that are gone locally. */
  constructor(removals: readonly SyncPath[], remote: RemoteView) {
    for (const path of removals) {
      const track = remote.get(path);
      const state = track?.expected;
      if (state?.kind !== 'file' || track?.put === undefined || !sameContent(track.put, state)) continue;
      const others = this.#byHash.get(state.hash);
      if (others === undefined) this.#byHash.set(state.hash, [path]);
      else others.push(path);
    }
  }

  /** Takes one source with this content away. */
  take(hash: ContentHash): SyncPath | undefined {
    return this.#byHash.get(hash)?.pop();
  }
}

/** Nothing to rename. */
export function noMoveSources(remote: RemoteView): MoveSources {
  return new MoveSources([], remote);
}
