import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { toError } from '../../base/errors.ts';
import { contentHash } from '../../protocol/contentHash.ts';
import type { Begin, Chunk, Discard, Fetch, Fetched, FetchSource, Unfetched } from '../../protocol/frame.ts';
import { chunkBytes } from '../../protocol/limits.ts';
import type { Executable, PathState } from '../../protocol/pathState.ts';
import { lookAt } from '../replica/diskEntry.ts';
import { sameFingerprint } from '../core/fingerprint.ts';
import { fingerprintOfOpen, openForReading, readChunk } from '../replica/readFile.ts';
import type { Replica } from '../replica/replica.ts';

type ContentFrame = Begin | Chunk | Discard | Fetched | Unfetched;

/** More requests at once than this is not a client of ours. */
export const maxFetches = 1024;

/** Answers requests for content, one after the other. */
export class ContentService {
  readonly #replica: Replica;
  readonly #waiting: Fetch[] = [];
  #current: Generator<ContentFrame, void> | undefined;

  constructor(replica: Replica) {
    this.#replica = replica;
  }

  get isFull(): boolean {
    return this.#waiting.length >= maxFetches;
  }

  add(fetch: Fetch): void {
    this.#waiting.push(fetch);
  }

  /** The next frame of an answer; `undefined` when everything is answered. */
  next(): ContentFrame | undefined {
    for (;;) {
      if (this.#current === undefined) {
        const fetch = this.#waiting.shift();
        if (fetch === undefined) return undefined;
        this.#current = this.#answer(fetch);
      }
      const step = this.#current.next();
      if (step.done !== true) return step.value;
      this.#current = undefined;
    }
  }

  close(): void {
    this.#current?.return();
    this.#waiting.length = 0;
  }

  *#answer({ id, from }: Fetch): Generator<ContentFrame, void> {
    try {
      yield* this.#send(id, from);
    } catch (error) {
      yield { kind: 'discard', transfer: id };
      yield { kind: 'unfetched', id, message: toError(error).message.slice(0, 500) };
    }
  }

  *#send(id: number, from: FetchSource): Generator<ContentFrame, void> {
    const { file, executable, link } = this.#find(from);
    if (link !== undefined) {
      yield { kind: 'fetched', id, state: link };
      return;
    }
    const descriptor = openForReading(file);
    try {
      const before = fingerprintOfOpen(descriptor);
      const digest = createHash('sha256');
      yield {
        kind: 'begin',
        transfer: id,
        size: before.size,
        allocated: before.size,
        source: undefined,
        key: undefined,
      };
      for (let offset = 0; offset < before.size;) {
        const data = readChunk(descriptor, offset, Math.min(chunkBytes, before.size - offset));
        if (data.length === 0) throw new Error('The file became shorter while it was read.');
        digest.update(data);
        offset += data.length;
        yield { kind: 'chunk', transfer: id, data };
      }
      const hash = contentHash(digest.digest('hex'));
      if (from.kind === 'live' && hash !== from.hash) throw new Error('The file has changed.');
      if (from.kind === 'kept' && !sameFingerprint(before, fingerprintOfOpen(descriptor))) {
        throw new Error('The file changed while it was read.');
      }
      yield { kind: 'fetched', id, state: { kind: 'file', hash, size: before.size, executable } };
    } finally {
      closeSync(descriptor);
    }
  }

  #find(from: FetchSource): { readonly file: string; readonly executable: Executable; readonly link?: PathState } {
    this.#replica.folder.begin();
    const file = from.kind === 'live' ? this.#replica.folder.entry(from.path) : this.#replica.findKept(from.item)?.file;
    const entry = file === undefined ? undefined : lookAt(file);
    if (file === undefined || (entry?.kind !== 'file' && entry?.kind !== 'link')) {
      throw new Error('It is not there any more.');
    }
    if (entry.kind === 'link') return { file, executable: 'no', link: { kind: 'link', target: entry.target } };
    return { file, executable: entry.executable };
  }
}
