import type { ConflictChoice } from '../core/conflict.ts';
import type { Restorable } from '../core/restorable.ts';

/** What the engine asks of the worker that owns the disk, besides what it tells it. */
export type Ask =
  | { readonly what: 'restorable' }
  | { readonly what: 'openRestorable'; readonly id: string }
  | { readonly what: 'restore'; readonly id: string }
  | { readonly what: 'resolveConflict'; readonly id: string; readonly choice: ConflictChoice };

/** The answer to an ask. */
export type Answer =
  | { readonly what: 'done' }
  | { readonly what: 'restorable'; readonly versions: readonly Restorable[] }
  | { readonly what: 'file'; readonly path: string };
