import type { Spread } from './statistics.ts';

/** What one peer needed for one work, each time; what was not measured is not there. */
export interface Row {
  /** Short name of the work, as `--only` takes it. */
  readonly work: string;
  readonly title: string;
  /** Whom it is about: a peer, the bare tunnel, a plain rollout. */
  readonly peer: string;
  readonly result:
    | ({ readonly kind: 'measured' } & Figures)
    /** The peer has no way to do it. */
    | { readonly kind: 'cannot' }
    /** It tried, and this came of it. */
    | { readonly kind: 'failed'; readonly reason: string };
}

/** Milliseconds, bytes, and seconds of processor time. */
export interface Figures {
  /** Absent where the work is to do nothing for a while. */
  readonly time?: Spread;
  readonly sent?: number;
  readonly received?: number;
  readonly cpuHere?: number;
  readonly cpuPod?: number | undefined;
  /** The most resident memory seen. */
  readonly memoryHere?: number;
  readonly memoryPod?: number | undefined;
  readonly note?: string;
}
