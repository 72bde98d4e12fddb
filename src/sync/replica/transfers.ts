import { closeSync } from 'node:fs';
import type { Begin, Chunk, Commit, Copy, NackReason, TransferSource } from '../../protocol/frame.ts';
import { type ConfinedFolder, NoSuchParent } from './confinedFolder.ts';
import { errorCode, nackReason } from './diskError.ts';
import { openForReading } from './readFile.ts';
import { type Partials, worthKeepingBytes } from './partials.ts';
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

/** What `Transfers` work with. */
export interface TransfersParts {
  readonly stage: Stage;
  /** Where ranges may be copied from, if at all. */
  readonly folder: ConfinedFolder | undefined;
  /** Where uploads are kept that are interrupted, if they are, and whose they are. */
  readonly partials: { readonly store: Partials; readonly owner: string } | undefined;
}

/** Collects long files piece by piece in the stage. */
export class Transfers {
  readonly #parts: TransfersParts;
  readonly #open = new Map<number, StagedFile | TransferFailure>();
  readonly #unreported = new Map<number, TransferFailure>();

  constructor(parts: TransfersParts) {
    this.#parts = parts;
  }

  /** Whether one more may begin. */
  get isFull(): boolean {
    return this.#open.size >= maxOpenTransfers;
  }

  begin({ transfer, size, allocated, source: from, key }: Begin): void {
    this.discard(transfer);
    this.#attempt(transfer, () => {
      this.#parts.stage.requireSpace(Math.min(size, allocated));
      const source = from && this.#openSource(from);
      try {
        this.#open.set(transfer, new StagedFile({ ...this.#openFile(key), size, source }));
      } catch (error) {
        if (source !== undefined) closeSync(source);
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

  /** Appends ranges to a transfer that are here already, or zeros. */
  copy({ transfer, from, ranges }: Copy): void {
    this.#append(transfer, (file) => {
      if (from === 'zeros') file.appendZeros(ranges);
      else if (from === 'kept') file.keep(ranges);
      else file.copy(ranges);
    });
  }

  /** Ends a transfer. What it staged belongs to the caller. */
  commit({ transfer, hash, size }: Pick<Commit, 'transfer' | 'hash' | 'size'>): TransferResult {
    const open = this.#open.get(transfer);
    if (open === undefined) return { kind: 'failed', reason: 'content', message: 'The transfer is not known.' };
    this.#open.delete(transfer);
    if ('kind' in open) return open;
    this.#parts.partials?.store.close(open.file);
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
    if (open instanceof StagedFile) this.#drop(open);
  }

  /** Gives up everything unfinished, but keeps what an upload may go on with. */
  close(): void {
    const store = this.#parts.partials?.store;
    for (const open of this.#open.values()) {
      if (!(open instanceof StagedFile)) continue;
      const isKept = store?.holds(open.file) === true && open.filled >= worthKeepingBytes;
      if (isKept) open.close();
      else open.drop();
      store?.close(open.file);
    }
    this.#open.clear();
  }

  #drop(file: StagedFile): void {
    file.drop();
    this.#parts.partials?.store.close(file.file);
  }

  #append(transfer: number, work: (file: StagedFile) => void): void {
    const open = this.#open.get(transfer);
    if (!(open instanceof StagedFile)) return;
    this.#attempt(transfer, () => {
      work(open);
    });
  }

  /** A file to write to: that of an interrupted upload, if there is one with this key. */
  #openFile(key: string | undefined): { readonly file: string; readonly descriptor: number } {
    const { stage, partials } = this.#parts;
    return key === undefined || partials === undefined ? stage.create() : partials.store.open(partials.owner, key);
  }

  /** Opens the file that ranges are copied from; it stays what it is even when another one takes its place. */
  #openSource({ path, size }: TransferSource): number {
    try {
      const { folder } = this.#parts;
      if (folder === undefined) throw new WrongContent('Nothing is copied here.');
      folder.begin();
      const descriptor = openForReading(folder.entry(path));
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
