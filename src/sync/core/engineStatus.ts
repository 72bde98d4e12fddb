import type { SyncStatus } from './status.ts';

/** How the connection to the sidecar is. */
export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'offline'; readonly since: number; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: Error };

/** What the pushing side is doing, as far as it has said. */
export interface PushState {
  readonly activity: Extract<SyncStatus, { kind: 'scanning' | 'sending' | 'inSync' }> | undefined;
  /** Why it cannot go on, e.g. because the folder is missing. */
  readonly error: Error | undefined;
}

/** The one status that a person sees: what needs somebody comes first, then the connection, then the work. */
export function engineStatus(link: LinkState, push: PushState): SyncStatus {
  if (push.error !== undefined) return { kind: 'failed', error: push.error };
  switch (link.kind) {
    case 'failed':
      return { kind: 'failed', error: link.error };
    case 'offline':
      return { kind: 'disconnected', since: link.since, reason: link.reason };
    case 'connecting':
    case 'paused':
      return { kind: link.kind };
    case 'online':
      return push.activity ?? { kind: 'scanning' };
  }
}
