import type { Log } from '../../base/log.ts';
import { parentSyncPath, type SyncPath } from '../../base/paths.ts';
import { orderPaths, type PathKinds } from '../core/batchOrder.ts';
import type { LocalView } from '../core/decide.ts';
import type { RemoteView } from '../core/remoteView.ts';
import type { LocalFolder } from '../replica/localFolder.ts';
import type { Job } from './job.ts';
import { MoveSources } from './moveSources.ts';
import type { Made, OperationMaker } from './operationMaker.ts';
import type { Sender } from './sender.ts';

/** A batch of the first sync is closed after this many operations, so that sending and applying overlap. */
const initialBatchOperations = 256;
/** Any other batch may be this long: a branch switch becomes visible at once. */
const batchOperations = 20_000;

/** Why there is no operation for a path: none is needed, it comes by another way, or `held`: it is looked at once more. */
export type NotMade = Made['kind'] | 'held' | { readonly error: unknown };

/** What a `JobRunner` works with. */
export interface JobRunnerParts {
  readonly local: LocalFolder;
  readonly remote: RemoteView;
  readonly maker: OperationMaker;
  readonly sender: Sender;
  /** Takes what could not be turned into an operation now; `error` when reading failed. */
  readonly onOther: (path: SyncPath, job: Job, why: NotMade) => void;
  /** Whether deletions have to wait, because the whole folder looks emptied. */
  readonly holdRemovals: () => boolean;
  /** Whether a file that is gone here may yet turn up at another path. */
  readonly mayTurnUp: (path: SyncPath) => boolean;
  readonly log: Log;
}

/** Turns a job into operations, in an order in which they can be carried out. Pauses after each. */
export function* runJob(job: Job, parts: JobRunnerParts): Generator<undefined, void> {
  const { local, remote, maker } = parts;
  const order = orderPaths(job.paths.map((path) => kindsOf(path, local, remote)));
  const sources = new MoveSources(order.removals, remote);
  for (const path of order.clear) {
    attempt(path, job, parts, false, () =>
      local.tree.get(path) === undefined ? maker.make(path, sources) : maker.clear(path),
    );
    yield;
  }
  for (const path of order.folders) {
    attempt(path, job, parts, false, () => maker.make(path, sources));
    yield;
  }
  const removals = parts.holdRemovals() ? [] : holdSome(order.removals, job, parts);
  const late = [...order.contents, ...removals];
  const step = job.initial ? initialBatchOperations : batchOperations;
  for (let start = 0; start < late.length; start += step) {
    yield* runBatch(late.slice(start, start + step), job, parts, sources);
  }
  job.produced();
}

function* runBatch(
  paths: readonly SyncPath[],
  job: Job,
  parts: JobRunnerParts,
  sources: MoveSources,
): Generator<undefined, void> {
  const batched = paths.length > 1 && parts.sender.beginBatch();
  for (const path of paths) {
    attempt(path, job, parts, batched, () => parts.maker.make(path, sources));
    yield;
  }
  if (batched) parts.sender.endBatch();
}

/** What is deleted now; what waits keeps the folders that contain it. */
function holdSome(removals: readonly SyncPath[], job: Job, parts: JobRunnerParts): SyncPath[] {
  const kept = new Set<SyncPath>();
  return removals.filter((path) => {
    if (!kept.has(path) && !parts.mayTurnUp(path)) return true;
    for (let folder = path; folder !== ''; folder = parentSyncPath(folder)) kept.add(folder);
    parts.onOther(path, job, 'held');
    return false;
  });
}

function attempt(path: SyncPath, job: Job, parts: JobRunnerParts, batched: boolean, make: () => Made): void {
  let made: Made;
  try {
    made = make();
  } catch (error) {
    parts.onOther(path, job, { error });
    return;
  }
  if (made.kind !== 'operation') {
    parts.onOther(path, job, made.kind);
    return;
  }
  parts.sender.operation(made, job, batched);
  // What was moved may need another mode.
  if (made.what === 'move') attempt(path, job, parts, batched, make);
}

function kindsOf(path: SyncPath, local: LocalFolder, remote: RemoteView): PathKinds {
  const expected = remote.expected(path).kind;
  const kind: LocalView['kind'] = local.tree.get(path)?.kind ?? local.absence(path, expected === 'folder');
  return { path, local: kind, remote: expected };
}
