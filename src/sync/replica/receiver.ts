import { AbortError, isAbortError, toError, unreachable } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { Commit, Frame, OperationFrame, Pack, Put } from '../../protocol/frame.ts';
import { maxBatchOperations, maxCopyBytes } from '../../protocol/limits.ts';
import type { Outcome, StagedOperation } from './applier.ts';
import { bytesOf } from './contentOfPut.ts';
import { nackReason } from './diskError.ts';
import { Inventory } from './inventory.ts';
import { digestFrames, listingFrames } from './inventoryFrames.ts';
import { hashBytesOf } from './readFile.ts';
import type { Replica } from './replica.ts';
import { discard } from './stage.ts';
import { runInSlices } from './slices.ts';
import { Transfers } from './transfers.ts';

/** The other end said something that the protocol does not allow; the connection must end. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
}

/** Bytes of frames that a client may have under way. */
export const receiveWindowBytes = 8 * 1024 * 1024;
/** Consumed bytes are given back in steps of at least this many. */
const creditStepBytes = 64 * 1024;

/** What a `Receiver` is for. */
export interface ReceiverInit {
  readonly replica: Replica;
  /** Id of the workspace that sends. */
  readonly workspaceId: string;
  readonly send: (frame: Frame) => void;
  /** What else than the ledger's paths an inventory has to list; resolves when that is known. */
  readonly otherPaths: (everything: boolean) => Promise<Iterable<SyncPath>>;
  readonly onInventory: (inventory: Inventory) => void;
  /** An operation was carried out on these paths. */
  readonly onApplied: (paths: readonly SyncPath[]) => void;
  /** Called when the receiver cannot go on; the connection must end. */
  readonly onFailure: (error: Error) => void;
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/** The receiving end of one connection: carries out what arrives, in order, and says what became of it. */
export class Receiver {
  readonly #init: ReceiverInit;
  readonly #transfers: Transfers;
  readonly #closing = new AbortController();
  #lastSequence = 0;
  #acknowledged = 0;
  #consumed = 0;
  #copied = 0;
  #batch: StagedOperation[] | undefined;
  #flushes: number[] = [];
  #answerDue = false;
  #inventory: Inventory | undefined;

  constructor(init: ReceiverInit) {
    this.#init = init;
    const { stage, folder, partials: store } = init.replica;
    this.#transfers = new Transfers({ stage, folder, partials: { store, owner: init.workspaceId } });
  }

  /** Counts the bytes of a received message as consumed. */
  consumed(bytes: number): void {
    this.#consumed += bytes;
    this.#answerSoon();
  }

  /** Carries out one frame. Throws `ProtocolViolation`; then nothing of the frame was carried out. */
  receive(frame: Exclude<Frame, Pack>): void {
    switch (frame.kind) {
      case 'put':
      case 'commit':
      case 'makeFolder':
      case 'makeLink':
      case 'setExecutable':
      case 'delete':
      case 'move':
      case 'moveTree':
      case 'forget':
        this.#operation(frame);
        return;
      case 'begin':
        if (this.#transfers.isFull) throw new ProtocolViolation('Too many transfers at once.');
        this.#transfers.begin(frame);
        this.#reportHalt(frame.transfer);
        return;
      case 'chunk':
        this.#transfers.chunk(frame);
        this.#reportHalt(frame.transfer);
        return;
      case 'copy':
        this.#transfers.copy(frame);
        this.#copied += frame.ranges.reduce((sum, { length }) => sum + length, 0);
        this.#reportHalt(frame.transfer);
        return;
      case 'discard':
        this.#transfers.discard(frame.transfer);
        return;
      case 'batchBegin':
        if (this.#batch !== undefined) throw new ProtocolViolation('A batch begins inside a batch.');
        this.#batch = [];
        return;
      case 'batchEnd':
        this.#endBatch();
        return;
      case 'flush':
        this.#flushes.push(frame.id);
        return;
      case 'listDigests':
        this.#takeInventory(frame.everything);
        return;
      case 'need':
        if (this.#inventory === undefined) throw new ProtocolViolation('A listing is asked for before the digests.');
        for (const answer of listingFrames(this.#inventory, frame.folders)) this.#init.send(answer);
        return;
      case 'ping':
        this.#init.send({ kind: 'pong', id: frame.id });
        return;
      case 'pong':
        return;
      case 'hello':
      case 'welcome':
      case 'refused':
      case 'credit':
      case 'ack':
      case 'nack':
      case 'flushed':
      case 'partials':
      case 'digests':
      case 'listing':
      case 'halt':
      case 'rules':
      case 'offer':
      case 'fetch':
      case 'fetched':
      case 'unfetched':
      case 'listKept':
      case 'kept':
        throw new ProtocolViolation(`A client does not send "${frame.kind}" now.`);
      default:
        unreachable(frame);
    }
  }

  /** Gives up what is unfinished: transfers and an open batch. What was acknowledged stays. */
  close(): void {
    this.#closing.abort(new AbortError());
    this.#transfers.close();
    for (const { staged } of this.#batch ?? []) if (staged !== undefined) discard(staged);
    this.#batch = undefined;
    this.#init.replica.endTurn();
  }

  #operation(operation: OperationFrame): void {
    if (operation.sequence !== this.#lastSequence + 1) throw new ProtocolViolation('A sequence number is missing.');
    if (operation.batched && this.#batch === undefined) throw new ProtocolViolation('There is no open batch.');
    if ((this.#batch?.length ?? 0) >= maxBatchOperations) throw new ProtocolViolation('The batch is too long.');
    this.#lastSequence = operation.sequence;
    this.#inventory = undefined;
    const ready = this.#stageContent(operation);
    if (ready === undefined) return;
    if (operation.batched) this.#batch?.push(ready);
    else this.#apply(ready);
  }

  /** Brings the content of an operation into the stage; `undefined` when that failed and was answered. */
  #stageContent(operation: OperationFrame): StagedOperation | undefined {
    if (operation.kind === 'put') return this.#stagePut(operation);
    if (operation.kind === 'commit') return this.#stageCommit(operation);
    return { operation, staged: undefined };
  }

  /** Content that does not have its hash is staged by nothing: why is for the applier to say, which sees the path. */
  #stagePut(put: Put): StagedOperation | undefined {
    const { replica } = this.#init;
    try {
      const bytes = bytesOf(put, replica.folder);
      if (bytes === undefined || hashBytesOf(bytes) !== put.hash) return { operation: put, staged: undefined };
      return { operation: put, staged: replica.withSpace(() => replica.stage.write(bytes)) };
    } catch (error) {
      this.#refuse(put.sequence, nackReason(error), toError(error).message);
      return undefined;
    }
  }

  #stageCommit(commit: Commit): StagedOperation | undefined {
    const result = this.#transfers.commit(commit);
    if (result.kind === 'staged') return { operation: commit, staged: result.file };
    this.#refuse(commit.sequence, result.reason, result.message);
    return undefined;
  }

  /** Tells the client once that a transfer cannot go on, so that the rest of it does not travel for nothing. */
  #reportHalt(transfer: number): void {
    const failure = this.#transfers.takeFailure(transfer);
    if (failure === undefined) return;
    if (failure.reason === 'diskFull') this.#init.replica.makeSpace();
    this.#init.send({ kind: 'halt', transfer, reason: failure.reason, message: failure.message.slice(0, 500) });
  }

  #endBatch(): void {
    const batch = this.#batch;
    if (batch === undefined) throw new ProtocolViolation('A batch ends that did not begin.');
    for (const ready of batch) this.#apply(ready);
    this.#batch = undefined;
  }

  #apply(ready: StagedOperation): void {
    const outcome = this.#init.replica.apply(ready, this.#init.workspaceId);
    const { operation } = ready;
    if (outcome.kind === 'refused') this.#answerRefusal(operation.sequence, outcome);
    else this.#init.onApplied(outcome.paths ?? pathsOf(operation));
  }

  #answerRefusal(sequence: number, outcome: Extract<Outcome, { kind: 'refused' }>): void {
    this.#init.log.info('Refused an operation.', { path: outcome.path, reason: outcome.reason });
    const { reason, current, message } = outcome;
    this.#init.send({ kind: 'nack', sequence, reason, current, message });
  }

  #refuse(sequence: number, reason: ReturnType<typeof nackReason>, message: string): void {
    this.#init.send({ kind: 'nack', sequence, reason, current: undefined, message: message.slice(0, 500) });
  }

  /** Answers once for everything that arrived together. */
  #answerSoon(): void {
    if (this.#answerDue) return;
    this.#answerDue = true;
    this.#init.scheduler.soon(() => {
      this.#answerDue = false;
      if (!this.#closing.signal.aborted) this.#answer();
    });
  }

  /** Says what became of everything that is decided, so that whatever is sent next is known to come after it. */
  answerNow(): void {
    const decided = this.#decided();
    if (decided > this.#acknowledged) this.#init.send({ kind: 'ack', sequence: decided });
    this.#acknowledged = decided;
  }

  #answer(): void {
    this.#init.replica.endTurn();
    this.answerNow();
    if (this.#consumed >= creditStepBytes || this.#copied >= maxCopyBytes) {
      this.#init.send({ kind: 'credit', bytes: this.#consumed, copied: this.#copied });
      this.#consumed = this.#copied = 0;
    }
    if (this.#batch !== undefined || this.#flushes.length === 0) return;
    this.#init.replica.tidy();
    for (const id of this.#flushes.splice(0)) this.#init.send({ kind: 'flushed', id });
  }

  /** The last sequence number before which nothing waits for the end of a batch. */
  #decided(): number {
    const waiting = this.#batch?.[0];
    return waiting === undefined ? this.#lastSequence : waiting.operation.sequence - 1;
  }

  #takeInventory(everything: boolean): void {
    this.#inventoryOf(everything).then(
      (inventory) => {
        this.#inventory = inventory;
        this.#init.onInventory(inventory);
        const { replica, workspaceId } = this.#init;
        this.#init.send({ kind: 'partials', items: replica.partials.list(workspaceId) });
        for (const frame of digestFrames(inventory)) this.#init.send(frame);
      },
      (error: unknown) => {
        if (!isAbortError(error)) this.#init.onFailure(toError(error));
      },
    );
  }

  async #inventoryOf(everything: boolean): Promise<Inventory> {
    const { replica, workspaceId, scheduler, otherPaths } = this.#init;
    const others = await otherPaths(everything);
    const steps = Inventory.take(replica.state, replica.observer, workspaceId, others);
    return runInSlices(steps, scheduler, this.#closing.signal, () => {
      replica.endTurn();
    });
  }
}

function pathsOf(operation: OperationFrame): SyncPath[] {
  return operation.kind === 'move' ? [operation.path, operation.from] : [operation.path];
}
