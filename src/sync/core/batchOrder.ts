import { parentSyncPath, type SyncPath } from '../../base/paths.ts';
import type { Decision } from './decide.ts';

/** A decision about one path. */
export interface PlannedChange {
  readonly path: SyncPath;
  readonly decision: Decision;
}

/** Changes in the order in which they can be carried out one after the other. */
export interface OrderedChanges {
  /**
   * What makes room, to be carried out at once: deletions where a path changes between folder and non-folder,
   * deepest first, then new folders, outermost first.
   */
  readonly early: readonly PlannedChange[];
  /** Files, links and modes, and after them deletions, deepest first: to become visible together. */
  readonly late: readonly PlannedChange[];
}

/** Orders the changes of one batch; each path occurs once. */
export function orderChanges(changes: readonly PlannedChange[]): OrderedChanges {
  const blocked = new Set(changes.filter(replacesKind).map(({ path }) => path));
  const clearing: PlannedChange[] = [];
  const folders: PlannedChange[] = [];
  const contents: PlannedChange[] = [];
  const deletions: PlannedChange[] = [];
  for (const change of changes) {
    const { path, decision } = change;
    if (decision.kind === 'delete') {
      (isUnder(path, blocked) ? clearing : deletions).push(change);
    } else if (decision.kind === 'create' && replacesKind(change)) {
      clearing.push({ path, decision: { kind: 'delete', base: decision.base } });
      const fresh: PlannedChange = { path, decision: { ...decision, base: { kind: 'absent' } } };
      (decision.state.kind === 'folder' ? folders : contents).push(fresh);
    } else if (decision.kind === 'create' && decision.state.kind === 'folder') folders.push(change);
    else if (decision.kind !== 'nothing' && decision.kind !== 'keepRemote') contents.push(change);
  }
  return {
    early: [...clearing.sort(deepestFirst), ...folders.sort((a, b) => deepestFirst(b, a))],
    late: [...contents, ...deletions.sort(deepestFirst)],
  };
}

/** Whether the path becomes a folder or stops being one, so that the old thing must go before the new one comes. */
function replacesKind({ decision }: PlannedChange): boolean {
  if (decision.kind !== 'create' || decision.base.kind === 'absent') return false;
  return (decision.state.kind === 'folder') !== (decision.base.kind === 'folder');
}

function isUnder(path: SyncPath, roots: ReadonlySet<SyncPath>): boolean {
  if (roots.size === 0) return false;
  for (let at = path; at !== ''; at = parentSyncPath(at)) if (roots.has(at)) return true;
  return false;
}

function deepestFirst(a: PlannedChange, b: PlannedChange): number {
  return depth(b.path) - depth(a.path);
}

function depth(path: SyncPath): number {
  let count = 0;
  for (let index = path.indexOf('/'); index >= 0; index = path.indexOf('/', index + 1)) count++;
  return count;
}
