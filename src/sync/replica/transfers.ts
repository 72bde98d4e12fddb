import { createHash, type Hash } from 'node:crypto';
import { closeSync, rmSync } from 'node:fs';
import type { Begin, Chunk, Commit, NackReason } from '../../protocol/frame.ts';
import { nackReason } from './diskError.ts';
import { type Stage, writeFully } from './stage.ts';

/** What a commit found: staged content with the announced hash, or why there is none. */
export type TransferResult = { readonly kind: 'staged'; readonly file: string } | TransferFailure;

/** Why a transfer has no content. */
export interface TransferFailure {
  readonly kind: 'failed';
  readonly reason: NackReason;
  readonly message: string;
}

interface Transfer {
  readonly file: string;
  readonly descriptor: number;
  readonly digest: Hash;
  size: number;
}

/** More at once than this is not a client of ours. */
const maxOpenTransfers = 16;

/** Collects long files chunk by chunk in the stage. */
export class Transfers {
  readonly #stage: Stage;
  readonly #open = new Map<number, Transfer | TransferFailure>();
  readonly #unreported = new Map<number, TransferFailure>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Whether one more may begin. */
  get isFull(): boolean {
    return this.#open.size >= maxOpenTransfers;
  }

  begin({ transfer, size }: Begin): void {
    this.discard(transfer);
    this.#attempt(transfer, () => {
      this.#stage.requireSpace(size);
      this.#open.set(transfer, { ...this.#stage.create(), digest: createHash('sha256'), size: 0 });
    });
  }

  /** Appends to a transfer; chunks of one that has failed are dropped. */
  chunk({ transfer, data }: Chunk): void {
    const open = this.#open.get(transfer);
    if (open === undefined || 'kind' in open) return;
    this.#attempt(transfer, () => {
      writeFully(open.descriptor, data);
      open.digest.update(data);
      open.size += data.length;
    });
  }

  /** Ends a transfer. What it staged belongs to the caller. */
  commit({ transfer, hash, size }: Pick<Commit, 'transfer' | 'hash' | 'size'>): TransferResult {
    const open = this.#open.get(transfer);
    if (open === undefined) return { kind: 'failed', reason: 'content', message: 'The transfer is not known.' };
    this.#open.delete(transfer);
    if ('kind' in open) return open;
    closeSync(open.descriptor);
    if (open.size === size && open.digest.digest('hex') === hash) return { kind: 'staged', file: open.file };
    rmSync(open.file, { force: true });
    return { kind: 'failed', reason: 'content', message: 'The content does not have the announced hash.' };
  }

  /** Why a transfer cannot go on, the first time that is asked. */
  takeFailure(transfer: number): TransferFailure | undefined {
    const failure = this.#unreported.get(transfer);
    this.#unreported.delete(transfer);
    return failure;
  }

  discard(transfer: number): void {
    const open = this.#open.get(transfer);
    this.#open.delete(transfer);
    if (open !== undefined) drop(open);
  }

  /** Gives up everything unfinished. */
  close(): void {
    for (const open of this.#open.values()) drop(open);
    this.#open.clear();
  }

  #attempt(transfer: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.discard(transfer);
      const message = error instanceof Error ? error.message : String(error);
      const failure: TransferFailure = { kind: 'failed', reason: nackReason(error), message };
      this.#open.set(transfer, failure);
      this.#unreported.set(transfer, failure);
    }
  }
}

function drop(open: Transfer | TransferFailure): void {
  if ('kind' in open) return;
  closeSync(open.descriptor);
  rmSync(open.file, { force: true });
}
