import type { Disposable } from '../../base/disposable.ts';
import { isAbortError, toError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { joinSyncPath, parentSyncPath, type SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { Offer } from '../../protocol/frame.ts';
import { absent, type PathState, sameContent, sameState } from '../../protocol/pathState.ts';
import type { Decision, LocalView } from '../core/decide.ts';
import type { Judge } from '../core/judge.ts';
import { isMassDeletion } from '../core/massDeletion.ts';
import { isProtected } from '../core/protectedPaths.ts';
import type { RemoteView } from '../core/remoteView.ts';
import type { Outcome } from '../replica/applier.ts';
import { NoSuchParent } from '../replica/confinedFolder.ts';
import { nackReason } from '../replica/diskError.ts';
import type { LocalFolder } from '../replica/localFolder.ts';
import { NotSyncable } from '../replica/observer.ts';
import { hashBytesOf } from '../replica/readFile.ts';
import type { Replica } from '../replica/replica.ts';
import { runInSlices, runToEnd } from '../replica/slices.ts';
import type { ConflictStore } from './conflictStore.ts';
import { type FetchedContent, type Fetches, NotFetched } from './fetches.ts';
import { InboundTroubles, refusedProblem, type TroublesParts } from './inboundTroubles.ts';
import type { LocalWrites } from './localWrites.ts';
import { OfferedBodies } from './offeredBodies.ts';
import { Removals } from './removals.ts';

/** What an `Inbound` works with and tells. */
export interface InboundParts extends Pick<TroublesParts, 'problems'> {
  readonly local: LocalFolder;
  readonly replica: Replica;
  readonly remote: RemoteView;
  readonly judge: Judge;
  readonly fetches: Fetches;
  readonly writes: LocalWrites;
  readonly conflicts: ConflictStore;
  readonly scheduler: Scheduler;
  readonly log: Log;
  /** The path has to be looked at on the disk, and decided anew. */
  readonly onLook: (path: SyncPath) => void;
  /** What is known about the path has changed: it has to be decided anew. */
  readonly onDecide: (path: SyncPath) => void;
  /** Nothing is left to do. */
  readonly onIdle: () => void;
}

type Take = Extract<Decision, { kind: 'take' }>;
type Conflict = Extract<Decision, { kind: 'conflict' }>;

/** Bytes of offered content that may wait for a decision. */
const bodyBytes = 8 * 1024 * 1024;

/** Brings versions of the pod into the local folder, or beside it where both sides changed. */
export class Inbound implements Disposable {
  readonly #parts: InboundParts;
  readonly #bodies = new OfferedBodies(bodyBytes);
  readonly #troubles: InboundTroubles;
  readonly #removals: Removals;
  readonly #closing = new AbortController();
  #wanted = new Set<SyncPath>();
  #running = false;
  #underWay = 0;

  constructor(parts: InboundParts) {
    this.#parts = parts;
    const { scheduler, problems } = parts;
    const again = (path: SyncPath): void => {
      this.want(path);
    };
    this.#troubles = new InboundTroubles({ scheduler, problems, onAgain: again });
    this.#removals = new Removals(scheduler, (paths) => {
      this.#removeAll(paths);
    });
  }

  get isIdle(): boolean {
    return this.#wanted.size === 0 && !this.#running && this.#underWay === 0 && this.#removals.isEmpty;
  }

  /** Keeps the content that came with an offer until its path is decided. */
  offered({ path, current, body }: Offer): void {
    if (body === undefined || current.kind !== 'file') this.#bodies.delete(path);
    // A copy of just these bytes: what was received may be a small part of a large message.
    else if (hashBytesOf(body) === current.hash) this.#bodies.set(path, current.hash, body.slice());
  }

  /** What the pod has at this path concerns this side. */
  want(path: SyncPath): void {
    this.#wanted.add(path);
    if (this.#running) return;
    this.#running = true;
    this.#parts.scheduler.soon(() => {
      this.#start();
    });
  }

  /** The connection is gone: everything is compared anew when there is one again. */
  disconnected(): void {
    this.#wanted.clear();
    this.#bodies.clear();
    this.#removals.clear();
    this.#troubles.reset();
  }

  dispose(): void {
    this.#closing.abort();
    this.disconnected();
    this.#troubles.dispose();
  }

  #start(): void {
    runInSlices(this.#considerAll(), this.#parts.scheduler, this.#closing.signal, () => {
      this.#parts.replica.endTurn();
    })
      .catch((error: unknown) => {
        if (!isAbortError(error)) this.#parts.log.error('Bringing changes from the pod failed.', toError(error).stack);
      })
      .finally(() => {
        this.#running = false;
        this.#tellIdle();
      });
  }

  *#considerAll(): Generator<undefined, void> {
    while (this.#wanted.size > 0) {
      // A folder before what is in it.
      const paths = [...this.#wanted].sort((a, b) => a.length - b.length);
      this.#wanted = new Set();
      for (const path of paths) {
        yield* this.#consider(path);
        yield;
      }
    }
  }

  *#consider(path: SyncPath): Generator<undefined, void> {
    let local: LocalView;
    try {
      local = yield* this.#look(path);
    } catch (error) {
      this.#failed(path, nackReason(error), toError(error).message);
      return;
    }
    const decision = this.#parts.judge.decide(path, local);
    if ((decision.kind === 'take' || decision.kind === 'conflict') && isProtected(path)) {
      this.#parts.problems.setInbound(path, refusedProblem(path));
      return;
    }
    const blocked = decision.kind === 'take' && decision.state.kind !== 'absent' && (yield* this.#isBlocked(path));
    if (blocked) this.#keepTheirs(path, { kind: 'conflict', mine: absent, theirs: decision.state });
    else if (decision.kind === 'take') this.#take(path, decision);
    else if (decision.kind === 'conflict') this.#keepTheirs(path, decision);
    else {
      this.#troubles.over(path);
      this.#parts.onLook(path);
    }
  }

  /** What is here now: the disk counts, not what was last seen of it. */
  *#look(path: SyncPath): Generator<undefined, LocalView> {
    const { local, replica, remote } = this.#parts;
    const why = local.absence(path, remote.expected(path).kind === 'folder');
    if (why !== 'absent') return { kind: why };
    try {
      return (yield* replica.observer.observeSlowly(path)).state;
    } catch (error) {
      if (error instanceof NoSuchParent && error.folder !== '') return absent;
      if (error instanceof NotSyncable || error instanceof NoSuchParent) return { kind: 'unknown' };
      throw error;
    }
  }

  /** Whether something is here, and stays, where a folder would have to be. */
  *#isBlocked(path: SyncPath): Generator<undefined, boolean> {
    const { local, judge } = this.#parts;
    for (let above = parentSyncPath(path); above !== ''; above = parentSyncPath(above)) {
      const entry = local.tree.get(above);
      if (entry === undefined || entry.kind === 'folder') continue;
      const now = yield* this.#look(above);
      if (now.kind === 'folder' || now.kind === 'absent') continue;
      return judge.decide(above, now).kind !== 'take';
    }
    return false;
  }

  #take(path: SyncPath, decision: Take): void {
    const { state, base } = decision;
    if (state.kind === 'absent') this.#removals.add(path);
    else if (state.kind !== 'file') this.#write(path, decision, undefined);
    else if (sameContent(state, base)) this.#setExecutable(path, state);
    else {
      this.#withContent(path, state, ({ staged }) => {
        this.#write(path, decision, staged);
      });
    }
  }

  /**
   * Whether everything in a folder here is about to be deleted. What the pod had below a path that is no folder there any
   * more is gone, whether or not that was said already.
   */
  #willBeEmpty(path: SyncPath): boolean {
    const { local, remote, judge } = this.#parts;
    let any = false;
    const pending = [path];
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
      for (const name of local.tree.children(folder)) {
        const inside = joinSyncPath(folder, name);
        pending.push(inside);
        any = true;
        if ((remote.get(inside)?.inFlight ?? 0) > 0) continue;
        remote.offered(inside, absent);
        const now = runToEnd(this.#look(inside));
        if (now.kind === 'absent') continue;
        if (judge.decide(inside, now).kind !== 'take') return false;
        this.want(inside);
      }
    }
    return any;
  }

  #setExecutable(path: SyncPath, state: Extract<PathState, { kind: 'file' }>): void {
    const { writes, remote } = this.#parts;
    const agreed = remote.get(path)?.put;
    remote.rebase(path, state);
    this.#settle(path, agreed, writes.setExecutable(path, state));
  }

  #write(path: SyncPath, { state, base }: Take, staged: string | undefined): void {
    const { writes, remote } = this.#parts;
    const agreed = remote.get(path)?.put;
    // Before the write is noticed: what is here then is what both sides have, whatever the pod does meanwhile.
    remote.rebase(path, state);
    const outcome = writes.write(path, state, base, staged);
    const isFull = outcome.kind === 'refused' && outcome.reason === 'notEmpty';
    if (!isFull || this.#willBeEmpty(path)) {
      this.#settle(path, agreed, outcome);
      return;
    }
    // The folder here holds more than the pod knew when it put something else in its place.
    remote.rebase(path, agreed);
    this.#keepTheirs(path, { kind: 'conflict', mine: base, theirs: state });
  }

  /** Takes note of what came of a write; `agreed` is what both sides had agreed on before. */
  #settle(path: SyncPath, agreed: PathState | undefined, outcome: Outcome): void {
    if (outcome.kind === 'refused') {
      this.#parts.remote.rebase(path, agreed);
      this.#failed(path, outcome.reason, outcome.message);
      return;
    }
    this.#troubles.over(path);
    this.#parts.onDecide(path);
  }

  /** Keeps the pod's version; then the local one may replace it there. */
  #keepTheirs(path: SyncPath, { theirs }: Conflict): void {
    // Of a folder there is nothing to keep.
    if (theirs.kind === 'folder') this.#agree(path, theirs);
    else if (theirs.kind === 'link') this.#kept(path, theirs, undefined);
    else if (theirs.kind === 'file') {
      this.#withContent(path, theirs, ({ staged }) => {
        this.#kept(path, theirs, staged);
      });
    }
  }

  #kept(path: SyncPath, theirs: Extract<PathState, { kind: 'file' | 'link' }>, staged: string | undefined): void {
    const { conflicts, replica, scheduler } = this.#parts;
    try {
      conflicts.add(path, theirs, staged, scheduler.now());
    } catch (error) {
      this.#failed(path, nackReason(error), toError(error).message);
      return;
    } finally {
      if (staged !== undefined) replica.stage.discard(staged);
    }
    this.#agree(path, theirs);
  }

  /** What the pod has counts as known here: what is here may replace it there. */
  #agree(path: SyncPath, theirs: PathState): void {
    this.#troubles.over(path);
    this.#parts.remote.rebase(path, theirs);
    this.#parts.onDecide(path);
  }

  /** Hands over staged content, at once if it came with an offer, unless the pod has another version by then. */
  #withContent(
    path: SyncPath,
    state: Extract<PathState, { kind: 'file' }>,
    use: (content: FetchedContent) => void,
  ): void {
    const { replica, fetches } = this.#parts;
    const body = this.#bodies.take(path, state.hash);
    if (body !== undefined) {
      try {
        use({ state, staged: replica.withSpace(() => replica.stage.write(body)) });
      } catch (error) {
        this.#failed(path, nackReason(error), toError(error).message);
      }
      return;
    }
    this.#underWay++;
    fetches
      .fetch({ kind: 'live', path, hash: state.hash }, state.size)
      .then((content) => {
        if (sameState(this.#parts.remote.expected(path), state)) use(content);
        else if (content.staged !== undefined) replica.stage.discard(content.staged);
      })
      .catch((error: unknown) => {
        this.#notFetched(path, error);
      })
      .finally(() => {
        this.#underWay--;
        this.#tellIdle();
      });
  }

  #notFetched(path: SyncPath, error: unknown): void {
    if (!(error instanceof NotFetched)) this.#failed(path, 'failed', toError(error).message);
    else if (error.why === 'disk') this.#failed(path, 'diskFull', error.message);
    // What is there instead will be offered, or is found when the connection is back.
    else this.#parts.log.info('A version of the pod is gone before it came here.', { path, why: error.message });
  }

  #removeAll(paths: readonly SyncPath[]): void {
    const { local, log } = this.#parts;
    if (isMassDeletion(paths.length, local.tree.size)) {
      log.warn('So much was deleted in the pod at once that it is kept here, and brought back there.', {
        paths: paths.length,
        first: paths[0],
      });
      for (const path of paths) this.#keepHere(path);
    } else for (const path of paths) this.#remove(path);
    this.#troubles.againNow('notEmpty');
    this.#tellIdle();
  }

  /** As if it had never been in the pod: what is here is new to it. */
  #keepHere(path: SyncPath): void {
    const { remote, onDecide } = this.#parts;
    if (remote.expected(path).kind !== 'absent') return;
    remote.rebase(path, undefined);
    onDecide(path);
  }

  #remove(path: SyncPath): void {
    const { remote, writes, judge, local, onDecide } = this.#parts;
    const put = remote.get(path)?.put;
    if (put === undefined || remote.expected(path).kind !== 'absent') return;
    const outcome = writes.write(path, absent, put, undefined);
    if (outcome.kind === 'applied') this.#settle(path, put, outcome);
    else if (outcome.reason === 'base' || outcome.reason === 'parent') this.#parts.onLook(path);
    else if (outcome.reason === 'notEmpty') {
      if ([...local.tree.children(path)].length > 0) remote.rebase(path, undefined);
      // Only what is ignored is in it: the folder stays here, and is not made again there.
      else judge.leftAlone.add(path, put, absent);
      onDecide(path);
    } else this.#failed(path, outcome.reason, outcome.message);
  }

  #failed(path: SyncPath, reason: ReturnType<typeof nackReason>, message: string): void {
    // The local version changed meanwhile: that is decided anew.
    if (reason === 'base') this.#parts.onLook(path);
    this.#troubles.failed(path, reason, message);
  }

  #tellIdle(): void {
    if (this.isIdle && !this.#closing.signal.aborted) this.#parts.onIdle();
  }
}
