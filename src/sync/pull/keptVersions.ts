import { copyFileSync, mkdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../base/errors.ts';
import { type SyncPath, syncPathName } from '../../base/paths.ts';
import type { Kept, KeptItem, ListKept } from '../../protocol/frame.ts';
import type { PathState } from '../../protocol/pathState.ts';
import type { Restorable } from '../core/restorable.ts';
import { lookAt } from '../replica/diskEntry.ts';
import { hashFile } from '../replica/readFile.ts';
import type { KeptVersion, Replica } from '../replica/replica.ts';
import { type FetchedContent, type Fetches, NotFetched } from './fetches.ts';
import type { LocalWrites } from './localWrites.ts';

/** What `KeptVersions` works with. */
export interface KeptVersionsParts {
  readonly replica: Replica;
  readonly fetches: Fetches;
  readonly writes: LocalWrites;
  /** Folder for copies that are opened to be read. */
  readonly openDir: string;
  /** Answers whether there is a connection. */
  readonly send: (frame: ListKept) => boolean;
}

const podPrefix = 'pod/';
const herePrefix = 'here/';

/** What was replaced or deleted on either side: lists it, shows it, brings it back. */
export class KeptVersions {
  readonly #parts: KeptVersionsParts;
  #inPod: KeptItem[] = [];
  #arriving: KeptItem[] = [];
  #asking: (() => void)[] = [];

  constructor(parts: KeptVersionsParts) {
    this.#parts = parts;
    rmSync(parts.openDir, { recursive: true, force: true });
  }

  /** Everything, newest first. Without a connection what is in the pod is missing. */
  async list(): Promise<Restorable[]> {
    await this.#askPod();
    const here = this.#parts.replica.kept().map((version) => restorable(version, 'here', herePrefix));
    const there = this.#inPod.map((item) => restorable(item, 'pod', podPrefix));
    return [...here, ...there].sort((a, b) => b.at - a.at);
  }

  /** Copies a version to a file of its own and gives its absolute path. */
  async open(id: string): Promise<string> {
    const { at, content } = await this.#find(id);
    const folder = path.join(this.#parts.openDir, encodeURIComponent(id));
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, syncPathName(at));
    rmSync(file, { force: true });
    if (content.state.kind === 'link') writeFileSync(file, content.state.target);
    else if (content.staged !== undefined) copyFileSync(content.staged, file);
    this.#drop(content);
    return file;
  }

  /** Makes a version the live one here, from where it is synced like any other change. What is live now is kept. */
  async restore(id: string): Promise<void> {
    const { at, content } = await this.#find(id);
    const outcome = this.#parts.writes.write(at, content.state, { kind: 'any' }, content.staged);
    if (outcome.kind === 'applied') return;
    throw new UserError({
      code: 'sync.restore-failed',
      message: `${at} cannot be restored: ${outcome.message}`,
      next: 'Make room for it at its path, or open the version and copy what you need.',
      remedies: [{ kind: 'retry' }, { kind: 'showLog' }],
    });
  }

  /** Takes part of the pod's list. */
  receive({ items, last }: Kept): void {
    // More than a pod keeps is not believed.
    if (this.#arriving.length < maxItems) this.#arriving.push(...items);
    if (!last) return;
    this.#inPod = this.#arriving;
    this.#answered();
  }

  disconnected(): void {
    this.#inPod = [];
    this.#answered();
  }

  async #askPod(): Promise<void> {
    const first = this.#asking.length === 0;
    const answered = new Promise<void>((resolve) => this.#asking.push(resolve));
    if (first && !this.#parts.send({ kind: 'listKept' })) this.disconnected();
    await answered;
  }

  #answered(): void {
    this.#arriving = [];
    for (const resolve of this.#asking.splice(0)) resolve();
  }

  async #find(id: string): Promise<{ readonly at: SyncPath; readonly content: FetchedContent }> {
    if (id.startsWith(herePrefix)) {
      const version = this.#parts.replica.findKept(id.slice(herePrefix.length));
      if (version !== undefined) return { at: version.path, content: this.#stage(version) };
    }
    const item = this.#inPod.find((one) => podPrefix + one.id === id);
    if (item === undefined) throw gone();
    try {
      const content = await this.#parts.fetches.fetch({ kind: 'kept', item: item.id }, item.bytes);
      return { at: item.path, content };
    } catch (error) {
      throw error instanceof NotFetched && error.why !== 'disk' ? gone() : error;
    }
  }

  /** A copy, so that what is kept stays kept. */
  #stage({ file }: KeptVersion): FetchedContent {
    const entry = lookAt(file);
    if (entry.kind === 'link') return { state: { kind: 'link', target: readlinkSync(file) }, staged: undefined };
    if (entry.kind !== 'file') throw gone();
    const staged = this.#parts.replica.stage.fresh();
    copyFileSync(file, staged);
    const state: PathState = { kind: 'file', ...hashFile(staged), executable: entry.executable };
    return { state, staged };
  }

  #drop({ staged }: FetchedContent): void {
    if (staged !== undefined) rmSync(staged, { force: true });
  }
}

/** Twice what a pod keeps. */
const maxItems = 100_000;

function restorable(item: KeptItem | KeptVersion, side: Restorable['side'], prefix: string): Restorable {
  const { id, path: at, bytes, why } = item;
  return { id: prefix + id, path: at, at: item.at, bytes, side, why };
}

function gone(): UserError {
  return new UserError({
    code: 'sync.version-gone',
    message: 'That version cannot be had any more.',
    next: 'Look at the list again: old versions are dropped, and those in the pod need a connection.',
    remedies: [{ kind: 'retry' }, { kind: 'reconnect' }],
  });
}
