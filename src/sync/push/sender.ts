import type { Frame, Nack, OperationFrame } from '../../protocol/frame.ts';
import type { RemoteView } from '../core/remoteView.ts';
import { type DecidedOperation, Flight } from './flight.ts';
import type { Job } from './job.ts';
import type { Made, OperationBody } from './operationMaker.ts';
import type { Outbox } from './outbox.ts';

/** The sending half of one connection: numbers operations, marks batches, and matches answers to them. */
export class Sender {
  readonly outbox: Outbox;
  readonly #flight: Flight;
  #batchOpen = false;
  #transfers = 0;

  constructor(outbox: Outbox, remote: RemoteView) {
    this.outbox = outbox;
    this.#flight = new Flight(remote);
  }

  /** Whether everything that was sent is decided. */
  get isSettled(): boolean {
    return this.#flight.isEmpty;
  }

  /** Opens a batch; `false` when one is open already, whose operations this one must not join. */
  beginBatch(): boolean {
    if (this.#batchOpen) return false;
    this.#batchOpen = true;
    this.outbox.add({ kind: 'batchBegin' });
    return true;
  }

  endBatch(): void {
    this.#batchOpen = false;
    this.outbox.add({ kind: 'batchEnd' });
  }

  /** Ends the batch that whoever opened it will not end any more. */
  closeBatch(): void {
    if (this.#batchOpen) this.endBatch();
  }

  /** Sends an operation that belongs to a job. */
  operation(made: Extract<Made, { kind: 'operation' }>, job: Job, batched: boolean): void {
    const frame: OperationFrame = numbered(made.body, this.#flight.nextSequence, batched);
    job.began();
    this.#flight.add({ effects: made.effects, kind: made.what, job, bytes: made.bytes });
    this.outbox.add(frame);
  }

  /** A number for a new transfer. */
  nextTransfer(): number {
    return ++this.#transfers;
  }

  /** Sends a frame that is not an operation. */
  frame(frame: Exclude<Frame, OperationFrame>): void {
    this.outbox.add(frame);
  }

  refused(nack: Nack): void {
    this.#flight.refused(nack);
  }

  /** What is decided up to a sequence number; `undefined` when the number was never sent. */
  acknowledged(sequence: number): DecidedOperation[] | undefined {
    return this.#flight.acknowledged(sequence);
  }

  /** The connection is gone. */
  abandon(): void {
    this.#flight.abandon();
  }
}

function numbered(body: OperationBody, sequence: number, batched: boolean): OperationFrame {
  return { ...body, sequence, batched };
}
