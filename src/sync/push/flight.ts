import type { SyncPath } from '../../base/paths.ts';
import type { Nack } from '../../protocol/frame.ts';
import type { PathState } from '../../protocol/pathState.ts';
import type { RemoteView } from '../core/remoteView.ts';
import type { Job } from './job.ts';

/** What a sent operation will have done to one path; `forgotten` leaves what is there. */
export interface Effect {
  readonly path: SyncPath;
  readonly result: PathState | { readonly kind: 'forgotten' };
}

/** An operation that is sent and not decided. */
export interface SentOperation {
  readonly sequence: number;
  /** The first is the path of the operation itself. */
  readonly effects: readonly [Effect, ...Effect[]];
  /** `agree` changes nothing that a program in the pod could see. */
  readonly kind: 'create' | 'delete' | 'move' | 'moveTree' | 'other' | 'agree';
  readonly job: Job;
  /** Bytes of content it carried. */
  readonly bytes: number;
}

/** An operation together with the answer to it. */
export interface DecidedOperation {
  readonly operation: SentOperation;
  readonly nack: Nack | undefined;
}

/** Keeps the operations that are under way, in order, and brings the answers to them into the remote view. */
export class Flight {
  readonly #remote: RemoteView;
  #sequence = 0;
  #sent: SentOperation[] = [];
  readonly #nacks = new Map<number, Nack>();

  constructor(remote: RemoteView) {
    this.#remote = remote;
  }

  get isEmpty(): boolean {
    return this.#sent.length === 0;
  }

  /** The number that the next operation has to carry. */
  get nextSequence(): number {
    return this.#sequence + 1;
  }

  /** Notes that the operation with the next number was sent. */
  add(operation: Omit<SentOperation, 'sequence'>): void {
    this.#sequence++;
    this.#sent.push({ ...operation, sequence: this.#sequence });
    for (const { path, result } of operation.effects) {
      if (result.kind === 'forgotten') this.#remote.sentToForget(path);
      else this.#remote.sent(path, result);
    }
  }

  refused(nack: Nack): void {
    this.#nacks.set(nack.sequence, nack);
  }

  /** Takes what is decided up to a sequence number; `undefined` when the number was never sent. */
  acknowledged(sequence: number): DecidedOperation[] | undefined {
    if (sequence > this.#sequence) return undefined;
    let count = 0;
    while ((this.#sent[count]?.sequence ?? Infinity) <= sequence) count++;
    return this.#sent.splice(0, count).map((operation) => this.#settle(operation));
  }

  /** Forgets everything under way, because the connection is gone; gives the paths whose fate is not known. */
  abandon(): SyncPath[] {
    const paths = this.#sent.flatMap(({ effects }) => effects.map(({ path }) => path));
    this.#sent = [];
    this.#nacks.clear();
    this.#sequence = 0;
    this.#remote.disconnected();
    return paths;
  }

  #settle(operation: SentOperation): DecidedOperation {
    const nack = this.#nacks.get(operation.sequence);
    this.#nacks.delete(operation.sequence);
    operation.effects.forEach(({ path, result }, index) => {
      if (nack !== undefined) this.#remote.refused(path, index === 0 ? nack.current : undefined);
      else if (result.kind === 'forgotten') this.#remote.forgotten(path);
      else this.#remote.applied(path, result);
    });
    return { operation, nack };
  }
}
