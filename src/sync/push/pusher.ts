import type { Disposable } from '../../base/disposable.ts';
import { toError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { joinSyncPath, parentSyncPath, type SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { absent, type FileState, folder, type PathState } from '../../protocol/pathState.ts';
import type { Frame, Halt, ListedEntry, Nack, OperationFrame, Rules } from '../../protocol/frame.ts';
import { maxInlineBytes } from '../../protocol/limits.ts';
import type { Judge } from '../core/judge.ts';
import type { RemoteView } from '../core/remoteView.ts';
import type { BatchApplied } from '../core/status.ts';
import { type ConfinedFolder, NoSuchParent } from '../replica/confinedFolder.ts';
import { isMissing } from '../replica/diskError.ts';
import type { ChunkStore } from '../replica/chunkStore.ts';
import type { LocalContent } from '../replica/localContent.ts';
import type { LocalFolder } from '../replica/localFolder.ts';
import { isAnswer } from './answers.ts';
import { type BulkResult, sendLarge } from './bulkLane.ts';
import { findDiffering, findGoneBelow, holdsOurs } from './differing.ts';
import type { DecidedOperation, Effect, SentOperation } from './flight.ts';
import { Job } from './job.ts';
import { type NotMade, runJob } from './jobRunner.ts';
import { OperationMaker } from './operationMaker.ts';
import { OfferInbox } from './offerInbox.ts';
import type { Outbox } from './outbox.ts';
import { type ProblemList, refusalProblem } from './problemList.ts';
import type { Progress } from './progress.ts';
import { RemoteContent } from './remoteContent.ts';
import { Resume } from './resume.ts';
import { Retries } from './retries.ts';
import { Sender } from './sender.ts';
import { Settling } from './settling.ts';
import { TreeMoves } from './treeMoves.ts';

/** What a `Pusher` works with and tells. */
export interface PusherParts {
  readonly remote: RemoteView;
  readonly judge: Judge;
  readonly local: LocalFolder;
  readonly disk: ConfinedFolder;
  readonly content: LocalContent;
  readonly chunks: ChunkStore;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly problems: ProblemList;
  readonly progress: Progress;
  readonly onApplied: (batch: BatchApplied) => void;
  /** Nothing is left to do. */
  readonly onIdle: () => void;
  /** What the other side has is known, and is about to be compared with what is here. */
  readonly onResumed: () => void;
  /** What the other side has at this path concerns this one. */
  readonly onInbound: (path: SyncPath) => void;
  /** Whether nothing is on its way from the other side. */
  readonly isInboundIdle: () => boolean;
  /** The folder looks emptied (true) or does so no more. */
  readonly onEmptied: (emptied: boolean) => void;
  /** The path has to be looked at again. */
  readonly onHint: (path: SyncPath) => void;
  /** The other end confirmed a flush. */
  readonly onFlushed: (id: number) => void;
  /** The other end broke the protocol. */
  readonly onViolation: (reason: string) => void;
}

/** Longest stretch of work before other events get their turn, in milliseconds. */
const sliceMs = 4;

type Steps = Generator<undefined, void>;

/** Makes the other side follow the local folder: decides what to send, in which order, and what answers mean. */
export class Pusher implements Disposable {
  readonly remote: RemoteView;
  readonly #parts: PusherParts;
  readonly #maker: OperationMaker;
  readonly #trees: TreeMoves;
  readonly #retries: Retries;
  readonly #urgent: Steps[] = [];
  readonly #ordinary: Steps[] = [];
  readonly #bulk: Steps[] = [];
  /** Sizes of the long files that are in the bulk lane. */
  readonly #startedLarge = new Map<SyncPath, number>();
  readonly #settling = new Settling();
  readonly #halted = new Map<number, Halt>();
  /** Bytes that the other side kept of interrupted uploads, by their key. */
  readonly #partials = new Map<string, number>();
  #sender: Sender | undefined;
  #resume: Resume | undefined;
  #resumeWanted = false;
  #initial = true;
  #pumping = false;
  #pumpDue = false;
  #emptied = false;
  readonly #offers: OfferInbox;

  constructor(parts: PusherParts) {
    this.#parts = parts;
    this.remote = parts.remote;
    const elsewhere = new RemoteContent(parts.local, parts.disk, this.remote);
    this.#maker = new OperationMaker(parts.local, parts.content, this.remote, elsewhere, parts.judge);
    const isRefused = (path: SyncPath): boolean => this.#maker.isRefused(path);
    this.#trees = new TreeMoves({ ...parts, elsewhere, isRefused });
    this.#offers = new OfferInbox(parts.scheduler, () => {
      this.#takeOffers();
    });
    this.#retries = new Retries(parts.scheduler, (paths, reasons) => {
      if (reasons.has('parent')) this.#resumeAgain();
      else this.#enqueue(new Job(paths, parts.scheduler.now(), 'retry'));
    });
  }

  /** Whether everything that is known locally has been decided by the other side. */
  get isIdle(): boolean {
    const lanes = this.#urgent.length + this.#ordinary.length + this.#bulk.length;
    const quiet = lanes === 0 && this.#sender?.isSettled === true && !this.#retries.hasPassing;
    return (
      quiet && this.#offers.isEmpty && this.#parts.isInboundIdle() && this.#resume === undefined && !this.#resumeWanted
    );
  }

  /** A connection is there. Everything under way on an earlier one is compared anew. */
  connected(outbox: Outbox, rules: Rules): void {
    this.disconnected();
    this.#sender = new Sender(outbox, this.remote);
    this.#sender.frame(rules);
    this.#initial = true;
    this.#startResume();
  }

  disconnected(): void {
    this.#sender?.abandon();
    this.#sender = undefined;
    this.#resume = undefined;
    this.#resumeWanted = false;
    this.#dropLanes();
    this.#halted.clear();
    this.#partials.clear();
    this.#offers.take();
    this.#settling.clear();
    this.#retries.reset();
    this.#parts.progress.reset();
  }

  /** Local paths that may differ from what was sent. While there is no connection nothing is to be done about them. */
  changed(paths: ReadonlySet<SyncPath>, since: number, kind: 'changes' | 'saved' = 'changes'): void {
    if (this.#sender === undefined || this.#resume !== undefined) return;
    for (const path of paths) this.#retries.clear(path);
    this.#enqueue(new Job([...paths], since, kind));
    if (this.#emptied && this.#parts.local.tree.size > 0) this.#filledAgain();
  }

  /** What is below these local paths is known from now on: what is not there may have to go on the other side. */
  seen(tops: ReadonlySet<SyncPath>): void {
    if (this.#sender === undefined || this.#resume !== undefined) return;
    const paths = findGoneBelow(tops, this.#parts.local, this.remote);
    if (paths.length > 0) this.#enqueue(new Job(paths, this.#parts.scheduler.now(), 'changes'));
  }

  /** What is known about a path has changed. */
  decideAgain(path: SyncPath): void {
    if (this.#sender === undefined || this.#isResuming) return;
    this.#retries.clear(path);
    this.#enqueue(new Job([path], this.#parts.scheduler.now(), 'changes'));
  }

  /** Everything that was on its way from the other side has come. */
  inboundIdle(): void {
    if (this.#sender !== undefined) this.#afterPump(this.#sender);
  }

  /** Asks the other side to say when everything before is done and recorded; `false` when there is no connection. */
  flush(id: number): boolean {
    return this.say({ kind: 'flush', id });
  }

  /** Sends something that is not an operation at once; `false` when there is no connection. */
  say(frame: Exclude<Frame, OperationFrame>): boolean {
    if (this.#sender === undefined) return false;
    this.#sender.frame(frame);
    this.#sender.outbox.flush();
    return true;
  }

  /** Takes one frame of the other end. */
  receive(frame: Frame): void {
    if (!isAnswer(frame)) {
      this.#parts.onViolation(`A sidecar does not send "${frame.kind}" now.`);
      return;
    }
    switch (frame.kind) {
      case 'ack':
        this.#acknowledged(frame.sequence);
        return;
      case 'nack':
        this.#sender?.refused(frame);
        return;
      case 'credit':
        this.#sender?.outbox.credited(frame.bytes, frame.copied);
        this.#pump();
        return;
      case 'halt':
        this.#halted.set(frame.transfer, frame);
        return;
      case 'partials':
        for (const { key, bytes } of frame.items) this.#partials.set(key, bytes);
        return;
      case 'digests':
      case 'listing':
        if (this.#resume === undefined) this.#parts.onViolation(`An unexpected ${frame.kind} came.`);
        else if (this.#resume.receive(frame)) this.#resumed();
        this.#sender?.outbox.flush();
        return;
      case 'offer':
        this.#offers.add(frame.path, frame.current);
        return;
      case 'flushed':
        this.#parts.onFlushed(frame.id);
        return;
      case 'pong':
        return;
    }
  }

  /** The sockets of this machine have taken these bytes. */
  drained(bytes: number): void {
    this.#sender?.outbox.drained(bytes);
    this.#pump();
  }

  dispose(): void {
    this.disconnected();
    this.#retries.dispose();
  }

  get #isResuming(): boolean {
    return this.#resume !== undefined || this.#resumeWanted;
  }

  /** What was offered while everything was compared counts after that. */
  #takeOffers(): void {
    if (this.#isResuming) return;
    const offers = this.#offers.take();
    for (const [path, { kind }] of offers) if (kind === 'absent') this.#goneThere(path);
    const paths = offers.filter(([path, current]) => this.remote.offered(path, current)).map(([path]) => path);
    if (paths.length > 0) this.#enqueue(new Job(paths, this.#parts.scheduler.now(), 'changes'));
    else this.#pump();
  }

  #enqueue(job: Job): void {
    const sender = this.#sender;
    if (sender === undefined) return;
    const { local } = this.#parts;
    const sizes = job.paths.map((path) => local.tree.get(path)).filter((entry) => entry?.kind === 'file');
    const bytes = sizes.reduce((sum, { fingerprint }) => sum + fingerprint.size, 0);
    this.#parts.progress.planned(sizes.length, bytes);
    const urgent = job.isSmall && !job.initial;
    (urgent ? this.#urgent : this.#ordinary).push(this.#runJob(job, sender));
    this.#pump();
  }

  *#runJob(job: Job, sender: Sender): Steps {
    const onOther = (path: SyncPath, _job: Job, why: NotMade): void => {
      this.#other(path, job, why);
    };
    const { remote } = this;
    const { local, log } = this.#parts;
    const holdRemovals = (): boolean => this.#looksEmptied();
    const mayTurnUp = (path: SyncPath): boolean => this.#mayTurnUp(path, job);
    const [maker, trees] = [this.#maker, this.#trees];
    const takeHeld = (folders: ReadonlySet<SyncPath>): SyncPath[] => this.#retries.takeHeld(folders);
    const parts = { local, remote, maker, trees, sender, onOther, holdRemovals, mayTurnUp, takeHeld, log };
    yield* runJob(job, parts);
    this.#finishIfOver(job);
  }

  /**
   * Whether what is gone here at a path may yet turn up at another one: its deletion waits for a moment, because renaming
   * it there is so much cheaper than sending it again. So it is with long files, for as long as one of that size is being
   * looked at, and with folders and what is in them.
   */
  #mayTurnUp(path: SyncPath, job: Job): boolean {
    const { local } = this.#parts;
    const there = this.remote.expected(path);
    const isFolder = there.kind === 'folder';
    if (there.kind === 'absent' || local.tree.get(path) !== undefined) return false;
    if (local.absence(path, isFolder) !== 'absent') return false;
    if (!job.isRetry) return isFolder || isLong(there) || !local.tree.isFolder(parentSyncPath(path));
    return isLong(there) && [...this.#startedLarge.values()].includes(there.size);
  }

  /** What could not become an operation in the ordinary way. */
  #other(path: SyncPath, job: Job, why: NotMade): void {
    if (typeof why === 'object') this.#unreadable(path, why.error);
    else if (why === 'held') this.#retries.add(path, 'held');
    else if (why === 'inbound') this.#inbound(path);
    else if (why === 'large') this.#startLarge(path, job);
    else if (why === 'changing') this.#changing(path);
    else {
      // What is under way may still be refused.
      if ((this.remote.get(path)?.inFlight ?? 0) === 0) this.#isFine(path);
      this.#done(path, 0);
    }
  }

  #inbound(path: SyncPath): void {
    this.#isFine(path);
    this.#done(path, 0);
    this.#parts.onInbound(path);
  }

  #startLarge(path: SyncPath, job: Job): void {
    const sender = this.#sender;
    if (sender === undefined) return;
    job.began();
    const entry = this.#parts.local.tree.get(path);
    if (entry?.kind === 'file') this.#startedLarge.set(path, entry.fingerprint.size);
    this.#bulk.push(this.#runLarge(path, job, sender));
  }

  *#runLarge(path: SyncPath, job: Job, sender: Sender): Steps {
    const { local, disk, content, chunks, scheduler, log } = this.#parts;
    const parts = {
      local,
      disk,
      content,
      chunks,
      settling: this.#settling,
      scheduler,
      log,
      sender,
      remote: this.remote,
      maker: this.#maker,
      halted: this.#halted,
      partials: this.#partials,
    };
    let result: BulkResult | { readonly kind: 'unreadable'; readonly error: unknown };
    try {
      result = yield* sendLarge(path, job, parts);
    } catch (error) {
      result = { kind: 'unreadable', error };
    }
    this.#startedLarge.delete(path);
    job.ended(undefined);
    if (result.kind === 'unreadable') this.#unreadable(path, result.error);
    else if (result.kind === 'changing') this.#changing(path);
    else if (result.kind === 'inbound') this.#inbound(path);
    else if (result.kind === 'halted') this.#refusedContent(path, result.why);
    else if (result.kind === 'nothing') this.#other(path, job, 'nothing');
    this.#finishIfOver(job);
  }

  #unreadable(path: SyncPath, error: unknown): void {
    const gone = isMissing(error) || (error instanceof NoSuchParent && isMissing(error.cause));
    if (gone) {
      this.#parts.onHint(path);
      return;
    }
    const message = `${path} cannot be read: ${toError(error).message}`;
    this.#parts.problems.setLocal(path, { path, code: 'unreadable', message });
    this.#retries.add(path, 'unreadable');
  }

  #changing(path: SyncPath): void {
    if (!this.#retries.add(path, 'changing')) return;
    const message = `${path} changes faster than it can be read.`;
    this.#parts.problems.setLocal(path, { path, code: 'unreadable', message });
  }

  #acknowledged(sequence: number): void {
    const decided = this.#sender?.acknowledged(sequence);
    if (decided === undefined) this.#parts.onViolation('An answer came to what was never sent.');
    else for (const one of decided) this.#decided(one);
    this.#pump();
  }

  #decided({ operation, nack }: DecidedOperation): void {
    const { effects, job, bytes } = operation;
    const [{ path }] = effects;
    if (nack === undefined) for (const effect of effects) this.#applied(effect);
    // At the first time what came from here may have been deleted right after.
    else if (nack.reason === 'notEmpty' && this.#retries.isRepeated(path) && this.#isPodsOwn(path)) this.#letGo(path);
    else if (operation.kind === 'moveTree') this.#singly(operation);
    else {
      if (operation.kind === 'move') this.#maker.refused(path);
      this.#refusedContent(path, nack);
      for (const effect of effects.slice(1)) this.#retries.add(effect.path, 'base');
    }
    job.ended(nack === undefined && operation.kind !== 'agree' ? path : undefined);
    for (const effect of effects) this.#done(effect.path, effect.path === path ? bytes : 0);
    this.#finishIfOver(job);
  }

  /** A folder could not be renamed as a whole: its files are. */
  #singly({ effects, job: { since } }: SentOperation): void {
    this.#maker.refused(effects[0].path);
    this.#enqueue(
      new Job(
        effects.map(({ path }) => path),
        since,
        'changes',
      ),
    );
  }

  #applied({ path, result }: Effect): void {
    this.#isFine(path);
    if (result.kind === 'absent') this.#goneThere(path);
  }

  /** Whether a folder that is gone here holds nothing there that came from here and will still be deleted. */
  #isPodsOwn(path: SyncPath): boolean {
    return this.#parts.local.tree.get(path) === undefined && !holdsOurs(path, this.remote);
  }

  /** Something is gone there: a folder that had to stay because of it may be deleted now. */
  #goneThere(path: SyncPath): void {
    const folders = this.#parts.judge.leftAlone.deleteAbove(path);
    if (folders.length > 0) this.#enqueue(new Job(folders, this.#parts.scheduler.now(), 'retry'));
  }

  /** A folder that is gone here holds content of the pod there: it stays. In a push it is the pod's own from now on. */
  #letGo(path: SyncPath): void {
    if (this.#parts.judge.mayConcern(path)) {
      this.#parts.judge.leftAlone.add(path, absent, folder);
      return;
    }
    const made = this.#maker.forget(path);
    const job = new Job([path], this.#parts.scheduler.now(), 'retry');
    if (made.kind === 'operation') this.#sender?.operation(made, job, false);
  }

  /** What could not be made there of what was sent is sent whole. */
  #refusedContent(path: SyncPath, { reason, message }: Nack | Halt): void {
    if (reason === 'content') this.#maker.refused(path);
    this.#tryAgain(path, reason, message);
  }

  #tryAgain(path: SyncPath, reason: Nack['reason'], message: string): void {
    if (reason === 'parent') this.#parts.judge.leftAlone.deleteAbove(path);
    const loud = this.#retries.add(path, reason);
    if (loud) this.#parts.problems.setRemote(path, refusalProblem(path, reason, message));
  }

  #isFine(path: SyncPath): void {
    this.#maker.accepted(path);
    this.#retries.succeeded(path);
    this.#parts.problems.setRemote(path, undefined);
  }

  #done(path: SyncPath, bytes: number): void {
    const isFile = this.#parts.local.tree.get(path)?.kind === 'file';
    this.#parts.progress.done(path, isFile ? 1 : 0, bytes);
  }

  #finishIfOver(job: Job): void {
    if (!job.isOver || job.applied.length === 0) return;
    const milliseconds = this.#parts.scheduler.now() - job.since;
    this.#parts.onApplied({ paths: job.applied, milliseconds, initial: job.initial });
  }

  /** Makes as much as may be sent now, the most urgent first. */
  #pump(): void {
    const sender = this.#sender;
    if (sender === undefined || this.#pumping) return;
    this.#pumping = true;
    const { scheduler } = this.#parts;
    const end = scheduler.elapsed() + sliceMs;
    for (let lanes = this.#nextLanes(sender); lanes !== undefined; lanes = this.#nextLanes(sender)) {
      if (lanes[0]?.next().done === true) lanes.shift();
      if (scheduler.elapsed() < end) continue;
      this.#pumpSoon();
      break;
    }
    this.#pumping = false;
    sender.outbox.flush();
    this.#parts.disk.release();
    this.#afterPump(sender);
  }

  #nextLanes(sender: Sender): Steps[] | undefined {
    if (this.#urgent.length > 0 && sender.outbox.hasUrgentRoom) return this.#urgent;
    if (!sender.outbox.hasRoom) return undefined;
    return [this.#ordinary, this.#bulk].find((lanes) => lanes.length > 0);
  }

  #pumpSoon(): void {
    if (this.#pumpDue) return;
    this.#pumpDue = true;
    this.#parts.scheduler.soon(() => {
      this.#pumpDue = false;
      this.#pump();
    });
  }

  #afterPump(sender: Sender): void {
    if (this.#resumeWanted && sender.isSettled) this.#startResume();
    if (!this.isIdle) return;
    this.#parts.progress.idle(this.#parts.local.tree.size);
    this.#parts.onIdle();
  }

  /** What the other side has is not what was thought: everything is compared once what is under way is decided. */
  #resumeAgain(): void {
    if (this.#sender === undefined || this.#resume !== undefined) return;
    this.#dropLanes();
    this.#sender.closeBatch();
    this.#resumeWanted = true;
    this.#pump();
  }

  #startResume(): void {
    const sender = this.#sender;
    if (sender === undefined) return;
    this.#resumeWanted = false;
    this.#resume = new Resume(
      this.remote,
      (frame) => {
        sender.frame(frame);
      },
      (folder) => this.#listingIfEqual(folder),
    );
    this.#resume.start();
    sender.outbox.flush();
  }

  #resumed(): void {
    this.#resume = undefined;
    this.#parts.onResumed();
    this.#ordinary.push(this.#compare(this.#initial));
    this.#initial = false;
    this.#takeOffers();
  }

  /** Finds out, without reading files, what has to be looked at closely, and makes a job of it. */
  *#compare(initial: boolean): Steps {
    const since = this.#parts.scheduler.now();
    const differing = yield* findDiffering(this.#parts);
    const paths = differing.filter((path) => !this.#retries.isWaiting(path));
    this.#forgetProblems(new Set(differing));
    if (paths.length > 0) this.#enqueue(new Job(paths, since, initial ? 'initial' : 'changes'));
  }

  /** What would be listed of a folder if it were there as it is here; `undefined` when some hash is not known. */
  #listingIfEqual(folder: SyncPath): ListedEntry[] | undefined {
    const { local, content } = this.#parts;
    const entries: ListedEntry[] = [];
    for (const name of local.tree.children(folder)) {
      const path = joinSyncPath(folder, name);
      const entry = local.tree.get(path);
      const state = entry?.kind === 'file' ? content.likely(path, entry) : entry;
      if (state === undefined) return undefined;
      const listed: PathState = state.kind === 'folder' ? { kind: 'folder' } : state;
      entries.push({ name, put: listed, current: listed });
    }
    return entries;
  }

  /** What nothing has to be done about any more, or will be tried anew, is no problem now. */
  #forgetProblems(differing: ReadonlySet<SyncPath>): void {
    const { problems } = this.#parts;
    for (const { path } of [...problems.remote]) {
      if (!differing.has(path) && !this.#retries.isWaiting(path)) problems.setRemote(path, undefined);
    }
  }

  /** An empty folder is more likely an accident, such as an unmounted disk, than a wish to delete everything. */
  #looksEmptied(): boolean {
    if (this.#parts.local.tree.size > 0) return false;
    let count = 0;
    for (const [, { put }] of this.remote.entries()) if (put !== undefined && ++count >= 2) break;
    const emptied = count >= 2;
    if (emptied && !this.#emptied) this.#parts.onEmptied(true);
    this.#emptied = emptied;
    return emptied;
  }

  #filledAgain(): void {
    this.#emptied = false;
    this.#parts.onEmptied(false);
    this.#ordinary.push(this.#compare(false));
    this.#pump();
  }

  #dropLanes(): void {
    this.#startedLarge.clear();
    for (const lanes of [this.#urgent, this.#ordinary, this.#bulk]) {
      for (const steps of lanes.splice(0)) steps.return();
    }
  }
}

function isLong(state: PathState): state is FileState {
  return state.kind === 'file' && state.size > maxInlineBytes;
}
