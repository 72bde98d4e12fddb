import { rootSyncPath, type SyncPath } from '../../base/paths.ts';
import { isBelow } from '../core/batchOrder.ts';
import type { Judge } from '../core/judge.ts';
import type { RemoteView } from '../core/remoteView.ts';
import type { LocalContent } from '../replica/localContent.ts';
import type { LocalFolder } from '../replica/localFolder.ts';

/** What is compared. */
export interface ComparedSides {
  readonly local: LocalFolder;
  readonly content: LocalContent;
  readonly remote: RemoteView;
  readonly judge: Judge;
}

/** Finds, without reading files, every path that has to be looked at closely. Pauses after each path. */
export function* findDiffering({ local, content, remote, judge }: ComparedSides): Generator<undefined, SyncPath[]> {
  const paths: SyncPath[] = [];
  for (const [path, entry] of local.tree.entries()) {
    const known = entry.kind === 'file' ? content.known(path, entry) : entry;
    const decision = known === undefined ? undefined : judge.decide(path, known).kind;
    if (decision !== 'nothing' && decision !== 'keepRemote') paths.push(path);
    yield;
  }
  for (const [path, { put }] of remote.entries()) {
    if ((put !== undefined || judge.mayConcern(path)) && local.tree.get(path) === undefined) paths.push(path);
    yield;
  }
  return paths;
}

/** What came from here, lies below some of these paths as the other side has them, and is not here. */
export function findGoneBelow(tops: ReadonlySet<SyncPath>, local: LocalFolder, remote: RemoteView): SyncPath[] {
  const known = new Set([...tops].filter((path) => path === rootSyncPath || remote.get(path) !== undefined));
  if (known.size === 0) return [];
  return [...remote.entries()]
    .filter(([path, { put }]) => put !== undefined && local.tree.get(path) === undefined && isBelow(path, known))
    .map(([path]) => path);
}

/** Whether a folder of the other side holds anything that came from here. */
export function holdsOurs(folder: SyncPath, remote: RemoteView): boolean {
  for (const [path, { put }] of remote.entries()) {
    if (put !== undefined && path.startsWith(`${folder}/`)) return true;
  }
  return false;
}
