import type { SyncPath } from '../../base/paths.ts';
import type { BatchApplied } from '../../sync/core/status.ts';

/** Arrivals that are remembered, and paths of each that are remembered by name. */
export const maxArrivals = 100;
export const maxArrivalPaths = 100;

/** A batch of changes that became visible in the pod. */
export interface Arrival {
  /** Counts up from 1 within a session. */
  readonly id: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The first of its paths. */
  readonly paths: readonly SyncPath[];
  /** How many paths there were in all. */
  readonly total: number;
  /** From the first notice of a change to the pod's acknowledgement. */
  readonly milliseconds: number;
  /** Whether it belonged to the first sync of a connection. */
  readonly initial: boolean;
}

/** The arrivals, newest first, with one more; the oldest are forgotten. An empty batch is none. */
export function withArrival(
  arrivals: readonly Arrival[],
  { paths, milliseconds, initial }: BatchApplied,
  at: number,
): readonly Arrival[] {
  if (paths.length === 0) return arrivals;
  const id = (arrivals[0]?.id ?? 0) + 1;
  const arrival = { id, at, paths: paths.slice(0, maxArrivalPaths), total: paths.length, milliseconds, initial };
  return [arrival, ...arrivals.slice(0, maxArrivals - 1)];
}
