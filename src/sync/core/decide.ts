import {
  absent,
  type Executable,
  type FileState,
  type PathState,
  sameContent,
  sameState,
} from '../../protocol/pathState.ts';
import type { Track } from './track.ts';

/** What is at one local path: a state, or why there is none that could be synced. */
export type LocalView =
  | PathState
  /** Excluded by a rule: neither sent nor deleted. */
  | { readonly kind: 'ignored' }
  /** Could not be read; never taken for absent. */
  | { readonly kind: 'unknown' };

/** The one thing to do about a path so that the other side follows the local one. */
export type Decision =
  | { readonly kind: 'nothing' }
  /** The pod changed this path after it was put there, and it did not change here: the pod's version stays. */
  | { readonly kind: 'keepRemote' }
  | { readonly kind: 'create'; readonly state: PathState; readonly base: PathState }
  | { readonly kind: 'setExecutable'; readonly executable: Executable; readonly base: FileState }
  | { readonly kind: 'delete'; readonly base: PathState }
  | { readonly kind: 'forget' };

/**
 * Decides one path of a one-way push. Local content always arrives; a deletion is only ever derived from a path that
 * this workspace put into this volume and that is still as it put it.
 */
export function decide(local: LocalView, track: Track | undefined): Decision {
  const remote = track?.expected ?? absent;
  // What is on its way counts as put: if it does not arrive, its base keeps the next operation from doing harm.
  const put = track?.expectedPut;
  switch (local.kind) {
    case 'unknown':
      return nothing;
    case 'ignored':
      return put === undefined ? nothing : { kind: 'forget' };
    case 'absent':
      if (remote.kind === 'absent' || put === undefined) return nothing;
      return sameContent(put, remote) ? { kind: 'delete', base: remote } : { kind: 'forget' };
    case 'file':
    case 'folder':
    case 'link':
      return decidePresent(local, remote, put, track?.inFlight ?? 0);
  }
}

const nothing: Decision = { kind: 'nothing' };

function decidePresent(local: PathState, remote: PathState, put: PathState | undefined, inFlight: number): Decision {
  if (sameState(local, remote)) return put === undefined ? adopt(local) : nothing;
  const changedByPod = inFlight === 0 && remote.kind !== 'absent' && put !== undefined && !sameState(put, remote);
  if (changedByPod && sameState(local, put)) return { kind: 'keepRemote' };
  if (local.kind === 'file' && remote.kind === 'file' && sameContent(local, remote)) {
    return { kind: 'setExecutable', executable: local.executable, base: remote };
  }
  return { kind: 'create', state: local, base: remote };
}

/** Tells the other side that what it has came to be ours too, without sending content. */
function adopt(local: PathState): Decision {
  return local.kind === 'file'
    ? { kind: 'setExecutable', executable: local.executable, base: local }
    : { kind: 'create', state: local, base: local };
}
