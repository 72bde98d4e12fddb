import type { TreeDigest } from '../tree/treeDigest.ts';

/** A content that a file is going to have: complete when the size is right and these bytes stand at the offset. */
export interface Sight {
  /** Absolute path in the pod. */
  readonly file: string;
  readonly size: number;
  readonly offset: number;
  readonly hex: string;
}

export type Request = { readonly id: number } & Wish;

/** What can be asked of the lookout. */
export type Wish =
  | { readonly kind: 'await'; readonly sight: Sight }
  | { readonly kind: 'digest' | 'remove' | 'make'; readonly folder: string }
  /** Opens the far end of the bare tunnel. */
  | { readonly kind: 'listen' };

/** What it answers, once to each request; before that, to one that takes its time, that it has begun. */
export interface Answer {
  readonly id: number;
  readonly begun?: true;
  /** Nanoseconds of the monotonic clock that all processes of the machine share. */
  readonly at?: string;
  readonly digest?: TreeDigest;
  readonly port?: number;
  readonly error?: string;
}
