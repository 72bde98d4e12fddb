import { closeSync } from 'node:fs';
import type { Begin, Chunk, Commit, Copy, NackReason, TransferSource } from '../../protocol/frame.ts';
import { type ConfinedFolder, NoSuchParent } from './confinedFolder.ts';
import { errorCode, nackReason } from './diskError.ts';
import { openForReading } from './readFile.ts';
import { discard, type Stage } from './stage.ts';
import { isFileOfSize, StagedFile, WrongContent } from './stagedFile.ts';

/** What a commit found: staged content with the announced hash, or why there is none. */
export type TransferResult = { readonly kind: 'staged'; readonly file: string } | TransferFailure;

/** Why a transfer has no content. */
export interface TransferFailure {
  readonly kind: 'failed';
  readonly reason: NackReason;
  readonly message: string;
}

/** More at once than this is not a client of ours. */
const maxOpenTransfers = 16;

/** Collects long files piece by piece in the stage. */
export class Transfers {
  readonly #stage: Stage;
  readonly #folder: ConfinedFolder | undefined;
  readonly #open = new Map<number, StagedFile | TransferFailure>();
  readonly #unreported = new Map<number, TransferFailure>();

  /** `folder` is where ranges may be copied from, if at all. */
  constructor(stage: Stage, folder: ConfinedFolder | undefined) {
    this.#stage = stage;
    this.#folder = folder;
  }

  /** Whether one more may begin. */
  get isFull(): boolean {
    return this.#open.size >= maxOpenTransfers;
  }

  begin({ transfer, size, allocated, source }: Begin): void {
    this.discard(transfer);
    this.#attempt(transfer, () => {
      this.#stage.requireSpace(Math.min(size, allocated));
      const from = source && this.#openSource(source);
      try {
        this.#open.set(transfer, new StagedFile(this.#stage, size, from));
      } catch (error) {
        if (from !== undefined) closeSync(from);
        throw error;
      }
    });
  }

  /** Appends to a transfer; what comes for one that has failed is dropped. */
  chunk({ transfer, data }: Chunk): void {
    this.#append(transfer, (file) => {
      file.append(data);
    });
  }

  /** Appends ranges of the source to a transfer, or zeros. */
  copy({ transfer, from, ranges }: Copy): void {
    this.#append(transfer, (file) => {
      if (from === 'zeros') file.appendZeros(ranges);
      else file.copy(ranges);
    });
  }

  /** Ends a transfer. What it staged belongs to the caller. */
  commit({ transfer, hash, size }: Pick<Commit, 'transfer' | 'hash' | 'size'>): TransferResult {
    const open = this.#open.get(transfer);
    if (open === undefined) return { kind: 'failed', reason: 'content', message: 'The transfer is not known.' };
    this.#open.delete(transfer);
    if ('kind' in open) return open;
    try {
      const made = open.finish();
      if (made.hash === hash && made.size === size) return { kind: 'staged', file: open.file };
      throw new WrongContent('The content does not have the announced hash.');
    } catch (error) {
      discard(open.file);
      return failureOf(error);
    }
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
    if (open instanceof StagedFile) open.drop();
  }

  /** Gives up everything unfinished. */
  close(): void {
    for (const transfer of [...this.#open.keys()]) this.discard(transfer);
  }

  #append(transfer: number, work: (file: StagedFile) => void): void {
    const open = this.#open.get(transfer);
    if (!(open instanceof StagedFile)) return;
    this.#attempt(transfer, () => {
      work(open);
    });
  }

  /** Opens the file that ranges are copied from; it stays what it is even when another one takes its place. */
  #openSource({ path, size }: TransferSource): number {
    try {
      if (this.#folder === undefined) throw new WrongContent('Nothing is copied here.');
      this.#folder.begin();
      const descriptor = openForReading(this.#folder.entry(path));
      if (isFileOfSize(descriptor, size)) return descriptor;
      closeSync(descriptor);
    } catch (error) {
      if (!(error instanceof NoSuchParent) && errorCode(error) === '') throw error;
    }
    throw new WrongContent(`${path} is not as expected.`);
  }

  #attempt(transfer: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.discard(transfer);
      const failure = failureOf(error);
      this.#open.set(transfer, failure);
      this.#unreported.set(transfer, failure);
    }
  }
}

function failureOf(error: unknown): TransferFailure {
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', reason: error instanceof WrongContent ? 'content' : nackReason(error), message };
}
