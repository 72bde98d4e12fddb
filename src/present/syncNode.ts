import type { SyncPath } from '../base/paths.ts';
import type { WorkloadId } from '../session/core/state.ts';
import type { Row } from './treeRow.ts';

/** What a row of the Sync view stands for; enough to act on it without the row. */
export type SyncNode = { readonly workload: WorkloadId } & (
  | { readonly kind: 'session' }
  /** Something about the sync as a whole. */
  | { readonly kind: 'notice'; readonly notice: 'watching' }
  | { readonly kind: 'group'; readonly group: SyncGroup }
  | { readonly kind: 'conflict'; readonly id: string }
  | { readonly kind: 'problem'; readonly path: SyncPath; readonly code: string }
  /** A batch of several paths. */
  | { readonly kind: 'arrival'; readonly arrival: number }
  /** A path of a batch; `alone` when the batch is this path only, which then stands in its place. */
  | { readonly kind: 'arrived'; readonly arrival: number; readonly path: SyncPath; readonly alone: boolean }
  /** A version that can be restored; an older one stands below the newest of its path, whose id it names. */
  | { readonly kind: 'version'; readonly id: string; readonly path: SyncPath; readonly newest: string | undefined }
  /** What is below the row but not listed. */
  | { readonly kind: 'more'; readonly parent: SyncNode }
);

/** What is told of a session below its row, in the order shown. */
export const syncGroups = ['conflicts', 'problems', 'arrivals', 'versions'] as const;
export type SyncGroup = (typeof syncGroups)[number];

/** What opening a row does. */
export type SyncAction = 'openSyncedFile' | 'compareConflict' | 'compareVersion' | 'restoreFile';

/** One row of the Sync view. */
export interface SyncRow extends Row {
  readonly node: SyncNode;
  /** The local file that the row is about; it shows the file's icon where it has none of its own. */
  readonly file: { readonly folder: string; readonly path: SyncPath } | undefined;
  readonly action: SyncAction | undefined;
}

/** A path-like id, stable while the row stands for the same thing. */
export function syncNodeId(node: SyncNode): string {
  const parent = parentSyncNode(node);
  return parent === undefined ? ownId(node) : `${syncNodeId(parent)}/${ownId(node)}`;
}

function ownId(node: SyncNode): string {
  switch (node.kind) {
    case 'session': {
      const { context, namespace, kind, name } = node.workload;
      return [context, namespace, kind, name].map(encodeURIComponent).join(':');
    }
    case 'notice':
      return node.notice;
    case 'group':
      return node.group;
    case 'conflict':
    case 'version':
      return node.id;
    case 'problem':
      return `${node.code}:${node.path}`;
    case 'arrival':
      return `${node.arrival}`;
    case 'arrived':
      return node.alone ? `${node.arrival}` : node.path;
    case 'more':
      return '';
  }
}

/** The row above a row; `undefined` above a session. */
export function parentSyncNode(node: SyncNode): SyncNode | undefined {
  const { workload } = node;
  switch (node.kind) {
    case 'session':
      return undefined;
    case 'notice':
    case 'group':
      return { kind: 'session', workload };
    case 'conflict':
      return { kind: 'group', workload, group: 'conflicts' };
    case 'problem':
      return { kind: 'group', workload, group: 'problems' };
    case 'arrival':
      return { kind: 'group', workload, group: 'arrivals' };
    case 'arrived':
      if (node.alone) return { kind: 'group', workload, group: 'arrivals' };
      return { kind: 'arrival', workload, arrival: node.arrival };
    case 'version':
      if (node.newest === undefined) return { kind: 'group', workload, group: 'versions' };
      return { kind: 'version', workload, id: node.newest, path: node.path, newest: undefined };
    case 'more':
      return node.parent;
  }
}

/** Whether two ids name the same workload. */
export function sameWorkload(a: WorkloadId, b: WorkloadId): boolean {
  return a.context === b.context && a.namespace === b.namespace && a.kind === b.kind && a.name === b.name;
}
