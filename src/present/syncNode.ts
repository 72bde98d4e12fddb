import type { SyncPath } from '../base/paths.ts';
import type { WorkloadId } from '../session/core/state.ts';
import type { Row } from './treeRow.ts';

/** What a row of the Sync view stands for; enough to act on it without the row. */
export type SyncNode =
  | { readonly kind: 'session'; readonly workload: WorkloadId }
  | { readonly kind: 'group'; readonly workload: WorkloadId; readonly group: SyncGroup }
  | { readonly kind: 'problem'; readonly workload: WorkloadId; readonly path: SyncPath; readonly code: string }
  /** A batch of several paths. */
  | { readonly kind: 'arrival'; readonly workload: WorkloadId; readonly arrival: number }
  /** A path of a batch. */
  | {
      readonly kind: 'arrived';
      readonly workload: WorkloadId;
      readonly arrival: number;
      readonly path: SyncPath;
      /** Whether the batch is this path alone, which then stands in its place. */
      readonly alone: boolean;
    }
  /** Counts the paths of a batch that are not listed. */
  | { readonly kind: 'more'; readonly workload: WorkloadId; readonly arrival: number };

/** What is told of a session below its row, in the order shown. */
export const syncGroups = ['problems', 'arrivals'] as const;
export type SyncGroup = (typeof syncGroups)[number];

/** One row of the Sync view. */
export interface SyncRow extends Row {
  readonly node: SyncNode;
  /** The local file that the row is about: it shows the file's icon and opens it. */
  readonly file: { readonly folder: string; readonly path: SyncPath } | undefined;
}

/** A path-like id, stable while the row stands for the same thing. */
export function syncNodeId(node: SyncNode): string {
  const { context, namespace, kind, name } = node.workload;
  const session = [context, namespace, kind, name].map(encodeURIComponent).join(':');
  switch (node.kind) {
    case 'session':
      return session;
    case 'group':
      return `${session}/${node.group}`;
    case 'problem':
      return `${session}/problems/${node.code}:${node.path}`;
    case 'arrival':
      return `${session}/arrivals/${node.arrival}`;
    case 'arrived':
      return `${session}/arrivals/${node.arrival}/${node.path}`;
    case 'more':
      return `${session}/arrivals/${node.arrival}/`;
  }
}

/** The row above a row; `undefined` above a session. */
export function parentSyncNode(node: SyncNode): SyncNode | undefined {
  const { workload } = node;
  switch (node.kind) {
    case 'session':
      return undefined;
    case 'group':
      return { kind: 'session', workload };
    case 'problem':
      return { kind: 'group', workload, group: 'problems' };
    case 'arrival':
      return { kind: 'group', workload, group: 'arrivals' };
    case 'arrived':
      if (node.alone) return { kind: 'group', workload, group: 'arrivals' };
      return { kind: 'arrival', workload, arrival: node.arrival };
    case 'more':
      return { kind: 'arrival', workload, arrival: node.arrival };
  }
}

/** Whether two ids name the same workload. */
export function sameWorkload(a: WorkloadId, b: WorkloadId): boolean {
  return a.context === b.context && a.namespace === b.namespace && a.kind === b.kind && a.name === b.name;
}
