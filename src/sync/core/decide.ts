import {
  absent,
  type Executable,
  type FileState,
  type PathState,
  sameContent,
  sameState,
} from '../../protocol/pathState.ts';
import type { Policy } from './modes.ts';
import type { Track } from './track.ts';

/** What is at one local path: a state, or why there is none that could be synced. */
export type LocalView =
  | PathState
  /** Excluded by a rule: neither sent nor deleted. */
  | { readonly kind: 'ignored' }
  /** Could not be read; never taken for absent. */
  | { readonly kind: 'unknown' };

/** The one thing to do about a path. */
export type Decision =
  | { readonly kind: 'nothing' }
  /** The pod changed this path after it was put there, and it did not change here: the pod's version stays. */
  | { readonly kind: 'keepRemote' }
  | { readonly kind: 'create'; readonly state: PathState; readonly base: PathState }
  | { readonly kind: 'setExecutable'; readonly executable: Executable; readonly base: FileState }
  | { readonly kind: 'delete'; readonly base: PathState }
  | { readonly kind: 'forget' }
  /** The other side's state comes here, where `base` is now. */
  | { readonly kind: 'take'; readonly state: PathState; readonly base: PathState }
  /** Both sides changed: the other side's version has to be kept here before the local one replaces it there. */
  | { readonly kind: 'conflict'; readonly mine: PathState; readonly theirs: PathState };

/** The three states of a path that a decision is made from. `put` is what both sides last agreed on. */
interface Sides {
  readonly local: PathState;
  readonly remote: PathState;
  readonly put: PathState | undefined;
}

/**
 * Decides one path. A deletion is only ever derived from a path that both sides had and that is unchanged where it
 * would be deleted, except in a mirror, where the local folder alone counts.
 */
export function decide(local: LocalView, track: Track | undefined, policy: Policy): Decision {
  const remote = track?.expected ?? absent;
  const underWay = track !== undefined && track.inFlight > 0;
  // What is on its way counts as put: if it does not arrive, its base keeps the next operation from doing harm.
  const put = track?.expectedPut;
  if (local.kind === 'unknown') return nothing;
  if (local.kind === 'ignored') return put === undefined ? nothing : { kind: 'forget' };
  if (sameState(local, remote)) return agree(local, put, underWay || track?.untold !== true);
  const sides: Sides = { local, remote, put };
  switch (policy) {
    case 'push':
      return push(sides);
    case 'twoWay':
      return twoWay(sides);
    case 'mirror':
      return send(sides);
    case 'follow':
      return underWay ? nothing : take(sides);
  }
}

const nothing: Decision = { kind: 'nothing' };

/** Both sides have the same; what they last agreed on, and both know of, has to say so too. */
function agree(local: PathState, put: PathState | undefined, known: boolean): Decision {
  if (local.kind === 'absent') return (put?.kind ?? 'absent') === 'absent' && known ? nothing : { kind: 'forget' };
  if (put !== undefined && known && sameState(put, local)) return nothing;
  return local.kind === 'file'
    ? { kind: 'setExecutable', executable: local.executable, base: local }
    : { kind: 'create', state: local, base: local };
}

/** Local content always arrives; what the pod changed or has of its own stays. */
function push(sides: Sides): Decision {
  const { local, remote, put } = sides;
  if (local.kind === 'absent') {
    if (put === undefined) return nothing;
    return sameContent(put, remote) ? send(sides) : { kind: 'forget' };
  }
  const changedByPod = remote.kind !== 'absent' && put !== undefined && !sameState(put, remote);
  return changedByPod && sameState(local, put) ? { kind: 'keepRemote' } : send(sides);
}

/** Whichever side changed since both agreed is followed; a change wins over a deletion. */
function twoWay(sides: Sides): Decision {
  const { local, remote, put } = sides;
  if (local.kind === 'absent') return put !== undefined && sameState(put, remote) ? send(sides) : take(sides);
  if (remote.kind === 'absent') return put !== undefined && sameState(put, local) ? take(sides) : send(sides);
  if (put !== undefined && sameState(put, remote)) return send(sides);
  if (put !== undefined && sameState(put, local)) return take(sides);
  // Of one content only the executable bit differs; and a folder there is no version that could be kept here.
  if (sameContent(local, remote) || remote.kind === 'folder') return send(sides);
  return { kind: 'conflict', mine: local, theirs: remote };
}

function take({ local, remote }: Sides): Decision {
  return { kind: 'take', state: remote, base: local };
}

function send({ local, remote }: Sides): Decision {
  if (local.kind === 'absent') return { kind: 'delete', base: remote };
  if (local.kind === 'file' && remote.kind === 'file' && sameContent(local, remote)) {
    return { kind: 'setExecutable', executable: local.executable, base: remote };
  }
  return { kind: 'create', state: local, base: remote };
}
