import { toError } from '../base/errors.ts';
import type { KubeObject } from '../cluster/core/objects.ts';
import { type DevModeRecord, recordAnnotation } from '../devmode/core/record.ts';
import { readRecord } from '../devmode/core/recordAnnotation.ts';
import type { WorkloadId } from '../session/core/state.ts';
import { clockTime, type Locale } from './locale.ts';

/** Who has a workload in dev mode, seen from this window. */
export type DevMark =
  | { readonly kind: 'idle' }
  /** This window is putting it into dev mode just now. */
  | { readonly kind: 'starting' }
  /** The session is open in this window. */
  | { readonly kind: 'here'; readonly record: DevModeRecord }
  /** Started by this installation, open in another window or in none. */
  | { readonly kind: 'mine'; readonly record: DevModeRecord }
  | { readonly kind: 'other'; readonly record: DevModeRecord }
  /** The workload carries a record that this version of Podloop cannot read. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** What telling mine from others' needs. */
export interface Viewer {
  readonly installation: string;
  /** Ids of the sessions that are open in this window. */
  readonly sessions: ReadonlySet<string>;
  /** Whether this window is starting to develop the workload. */
  readonly isStarting: (workload: WorkloadId) => boolean;
}

/** Reads the dev mode of a workload from the object itself. */
export function devMark(workload: WorkloadId, object: KubeObject, viewer: Viewer): DevMark {
  if (viewer.isStarting(workload)) return { kind: 'starting' };
  if (object.metadata.annotations?.[recordAnnotation] === undefined) return { kind: 'idle' };
  try {
    const record = readRecord(object);
    if (record === undefined) return { kind: 'idle' };
    if (viewer.sessions.has(record.session)) return { kind: 'here', record };
    return { kind: record.developer.installation === viewer.installation ? 'mine' : 'other', record };
  } catch (error) {
    return { kind: 'unreadable', reason: toError(error).message };
  }
}

/** `dev mode · alice · since 14:05`; `undefined` for a workload that is not in dev mode. */
export function devModeText(mark: DevMark, now: number, locale: Locale): string | undefined {
  switch (mark.kind) {
    case 'idle':
      return undefined;
    case 'starting':
      return 'starting dev mode';
    case 'unreadable':
      return 'dev mode · unknown version';
    case 'here':
    case 'mine':
    case 'other': {
      const who = mark.kind === 'other' ? mark.record.developer.user : 'you';
      return `dev mode · ${who} · since ${sinceText(mark.record, now, locale)}`;
    }
  }
}

/** When dev mode began, by the developer's own clock. */
export function sinceText(record: DevModeRecord, now: number, locale: Locale): string {
  const at = Date.parse(record.since);
  return Number.isNaN(at) ? record.since : clockTime(at, now, locale);
}
