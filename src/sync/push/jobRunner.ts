import type { Log } from '../../base/log.ts';
import type { SyncPath } from '../../base/paths.ts';
import { changesKind, orderPaths, type PathKinds } from '../core/batchOrder.ts';
import type { LocalView } from '../core/decide.ts';
import type { RemoteView } from '../core/remoteView.ts';
import type { LocalFolder } from '../replica/localFolder.ts';
import type { Job } from './job.ts';
import { MoveSources } from './moveSources.ts';
import type { Made, OperationMaker } from './operationMaker.ts';
import type { Sender } from './sender.ts';
import type { TreeMoves } from './treeMoves.ts';

/** A batch of the first sync is closed after this many operations, so that sending and applying overlap. */
const initialBatchOperations = 256;
/** Any other batch may be this long: a branch switch becomes visible at once. */
const batchOperations = 20_000;

/** Why there is no operation for a path: none is needed, it comes by another way, or `held`: it is looked at once more. */
export type NotMade = Made['kind'] | 'held' | { readonly error: unknown };

/** More files than this that changed together were gathered for a while before they came here. */
const stormContents = 50;

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
  readonly trees: TreeMoves;
  /** Whether what is gone here at a path may yet turn up at another one. */
  readonly mayTurnUp: (path: SyncPath) => boolean;
  /** Takes over what still waits to be deleted inside some folders. */
  readonly takeHeld: (folders: ReadonlySet<SyncPath>) => readonly SyncPath[];
  readonly log: Log;
}

/** Turns a job into operations, in an order in which they can be carried out. Pauses after each. */
export function* runJob(job: Job, parts: JobRunnerParts): Generator<undefined, void> {
  const { local, remote, maker } = parts;
  const kinds = job.paths.map((path) => kindsOf(path, local, remote));
  const cleared = kinds.filter((one) => one.remote === 'folder' && changesKind(one)).map(({ path }) => path);
  kinds.push(...parts.takeHeld(new Set(cleared)).map((path) => kindsOf(path, local, remote)));
  const order = orderPaths(kinds);
  const sources = new MoveSources(order.removals, remote);
  for (const path of order.clear) {
    attempt(path, job, parts, false, () =>
      local.tree.get(path) === undefined ? maker.make(path, sources) : maker.clear(path),
    );
    yield;
  }
  const trees = job.isRetry ? new Map<SyncPath, Made>() : yield* findTrees(order.folders, parts);
  for (const path of order.folders) {
    attempt(path, job, parts, false, () => trees.get(path) ?? maker.make(path, sources));
    yield;
  }
  // Where so much changed together both parts of a rename have come, and deletions belong to the same batch.
  const mayTurnUp = order.contents.length > stormContents ? (): boolean => false : parts.mayTurnUp;
  const late = [...order.contents, ...(parts.holdRemovals() ? [] : order.removals)];
  const step = job.initial ? initialBatchOperations : batchOperations;
  for (let start = 0; start < late.length; start += step) {
    yield* runBatch(late.slice(start, start + step), job, { ...parts, mayTurnUp }, sources);
  }
  job.produced();
}

/** Folders that were renamed here. One that cannot be read is no reason not to send the rest. */
function* findTrees(folders: readonly SyncPath[], parts: JobRunnerParts): Generator<undefined, Map<SyncPath, Made>> {
  try {
    return yield* parts.trees.find(folders);
  } catch (error) {
    parts.log.debug('Renamed folders could not be told; their files are sent one by one.', { error: String(error) });
    return new Map();
  }
}

function* runBatch(
  paths: readonly SyncPath[],
  job: Job,
  parts: JobRunnerParts,
  sources: MoveSources,
): Generator<undefined, void> {
  const batched = paths.length > 1 && parts.sender.beginBatch();
  for (const path of paths) {
    if (parts.mayTurnUp(path)) parts.onOther(path, job, 'held');
    else attempt(path, job, parts, batched, () => parts.maker.make(path, sources));
    yield;
  }
  if (batched) parts.sender.endBatch();
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
