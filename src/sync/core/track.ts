import type { PathState } from '../../protocol/pathState.ts';

/** What the sender knows about one path of the other side. */
export interface Track {
  /** What is there as far as the last answer said. */
  readonly current: PathState;
  /** What this workspace put there, or found there equal to its own; `undefined` when it never did. */
  readonly put: PathState | undefined;
  /** Whether `put` was decided here and the other side does not know yet. */
  readonly untold?: boolean;
  /** What was offered while operations were under way: holds if they are refused without saying what is there. */
  readonly offered?: PathState;
  /** Operations on the path that are sent and not decided. */
  readonly inFlight: number;
  /** What will be there when everything in flight succeeds. Equals `current` when nothing is. */
  readonly expected: PathState;
  /** What this workspace will have put there then. Equals `put` when nothing is in flight. */
  readonly expectedPut: PathState | undefined;
}

/** A track with nothing in flight. */
export function settledTrack(current: PathState, put: PathState | undefined): Track {
  return { current, put, inFlight: 0, expected: current, expectedPut: put };
}
