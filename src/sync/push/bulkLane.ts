import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import type { Log } from '../../base/log.ts';
import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { Halt } from '../../protocol/frame.ts';
import { maxCopyBytes } from '../../protocol/limits.ts';
import type { FileState } from '../../protocol/pathState.ts';
import type { ChunkList } from '../core/chunkList.ts';
import { type Fingerprint, sameFingerprint } from '../core/fingerprint.ts';
import type { RemoteView } from '../core/remoteView.ts';
import type { ChunkStore } from '../replica/chunkStore.ts';
import type { ConfinedFolder } from '../replica/confinedFolder.ts';
import { lookAt } from '../replica/diskEntry.ts';
import type { FileEntry, LocalContent } from '../replica/localContent.ts';
import type { LocalFolder } from '../replica/localFolder.ts';
import { allocatedBytes, fingerprintOfOpen, hashTextOf, openForReading } from '../replica/readFile.ts';
import { ReadAhead } from '../replica/readAhead.ts';
import type { Job } from './job.ts';
import { noMoveSources } from './moveSources.ts';
import type { Made, OperationMaker } from './operationMaker.ts';
import type { Sender } from './sender.ts';
import type { Settling } from './settling.ts';
import { upload, type Uploaded } from './upload.ts';

/** What came of one long file. */
export type BulkResult =
  | { readonly kind: 'sent' }
  /** Nothing needs to be sent, or it is a matter for the ordinary lane. */
  | { readonly kind: 'nothing' }
  /** What the other side has concerns this one. */
  | { readonly kind: 'inbound' }
  | { readonly kind: 'changing' }
  /** The other side cannot take it. */
  | { readonly kind: 'halted'; readonly why: Halt };

/** What `sendLarge` works with. */
export interface BulkParts {
  readonly local: LocalFolder;
  readonly disk: ConfinedFolder;
  readonly content: LocalContent;
  readonly chunks: ChunkStore;
  readonly remote: RemoteView;
  readonly maker: OperationMaker;
  readonly sender: Sender;
  readonly settling: Settling;
  readonly scheduler: Scheduler;
  readonly log: Log;
  /** Transfers that the other side halted, by their number. */
  readonly halted: ReadonlyMap<number, Halt>;
  /** Bytes that the other side kept of interrupted uploads, by their key. Each is made use of once. */
  readonly partials: Map<string, number>;
}

/** A version of the file that the other side has, and its chunks. */
interface Base {
  readonly state: FileState;
  readonly chunks: ChunkList;
}

/**
 * Sends one long file part by part, pausing after each, so that whatever is urgent overtakes it. Of a file whose earlier
 * version the other side has, only what is new travels. The version that is committed was complete: the file did not
 * change from the first byte to the last, or it only grew behind them. Throws the disk's error.
 */
export function* sendLarge(path: SyncPath, job: Job, parts: BulkParts): Generator<undefined, BulkResult> {
  const entry = parts.local.tree.get(path);
  if (entry?.kind !== 'file') return { kind: 'nothing' };
  const base = findBase(path, entry, parts);
  if (!job.isComplete && !isSettled(path, base, parts)) return { kind: 'changing' };
  const state = yield* stateBeforeSending(path, entry, base, parts);
  if (state === 'changing') return { kind: 'changing' };
  if (state !== undefined) yield* hashPartners(path, state, parts);
  const cheap = state && parts.maker.withoutContent(path, state, noMoveSources(parts.remote));
  if (state !== undefined && cheap !== undefined) return settle(cheap, path, state, job, parts);
  const copy = state && parts.maker.copySource(path, state);
  if (state !== undefined && copy !== undefined) return yield* copyWhole(path, state, copy, job, parts);
  parts.disk.begin();
  const descriptor = openForReading(parts.disk.entry(path));
  try {
    return yield* transfer(path, entry, { descriptor, base }, job, parts);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Long files are written in many steps: one this young is most likely not whole. One that is as long as the version
 * before is looked at at once, because what changed in it is soon found.
 */
function isSettled(path: SyncPath, base: Base | undefined, { disk, settling, scheduler }: BulkParts): boolean {
  disk.begin();
  const found = lookAt(disk.entry(path));
  if (found.kind !== 'file') return true;
  const { size, mtimeNs } = found.fingerprint;
  if (base !== undefined && size >= base.state.size) return true;
  const now = scheduler.now();
  return settling.isSettled(path, size, now - Number(mtimeNs / 1_000_000n), now);
}

/**
 * What the other side has, if its chunks are known and it did not fail to make use of them before. Not for a file that
 * was just read and may have been written again since: most likely it is the same.
 */
function findBase(path: SyncPath, entry: FileEntry, { remote, maker, content, chunks }: BulkParts): Base | undefined {
  const state = remote.expected(path);
  if (state.kind !== 'file' || isDoubtful(path, entry, content) || maker.isRefused(path)) return undefined;
  const list = chunks.get(state.hash, state.size);
  return list && { state, chunks: list };
}

/** Whether the file was read as it is now, but so soon after it was written that it may have been written again. */
function isDoubtful(path: SyncPath, entry: FileEntry, content: LocalContent): boolean {
  return content.known(path, entry) === undefined && content.likely(path, entry) !== undefined;
}

/**
 * What the file holds, if that is known or may make sending it unnecessary: then it is hashed before anything is sent. Not
 * when a comparison with the base finds out just as well.
 */
function* stateBeforeSending(
  path: SyncPath,
  entry: FileEntry,
  base: Base | undefined,
  { content, remote, maker }: BulkParts,
): Generator<undefined, FileState | 'changing' | undefined> {
  const known = content.known(path, entry);
  if (known !== undefined) return known;
  const { size } = entry.fingerprint;
  const there = remote.expected(path);
  const mayBeSame = base === undefined && there.kind === 'file' && there.size === size;
  const mayBeElsewhere = base?.state.size !== size && remote.hasLong(size);
  if (!mayBeSame && !mayBeElsewhere && !maker.isContested(path)) return undefined;
  return (yield* content.hash(path, entry)) ?? 'changing';
}

/** Makes it known whether the file is to be exchanged with another one. */
function* hashPartners(path: SyncPath, state: FileState, parts: BulkParts): Generator<undefined, void> {
  for (const [partner, entry] of [...parts.maker.partners(path, state)]) {
    if (parts.content.likely(partner, entry) !== undefined) continue;
    try {
      yield* parts.content.hash(partner, entry);
    } catch (error) {
      parts.log.debug('A file could not be compared with another one.', { path: partner, error: String(error) });
    }
  }
}

/** Does what is to be done without sending content. What was moved may need another mode. */
function settle(made: Made, path: SyncPath, state: FileState, job: Job, parts: BulkParts): BulkResult {
  if (made.kind === 'inbound') return made;
  if (made.kind !== 'operation') return { kind: 'nothing' };
  parts.sender.operation(made, job, false);
  const more = made.what === 'move' ? parts.maker.withoutContent(path, state, noMoveSources(parts.remote)) : undefined;
  if (more?.kind === 'operation') parts.sender.operation(more, job, false);
  return { kind: 'sent' };
}

function* transfer(
  path: SyncPath,
  entry: FileEntry,
  { descriptor, base }: { readonly descriptor: number; readonly base: Base | undefined },
  job: Job,
  parts: BulkParts,
): Generator<undefined, BulkResult> {
  const { sender, content, remote, maker } = parts;
  const hashedAt = parts.scheduler.now();
  const before = fingerprintOfOpen(descriptor);
  const number = sender.nextTransfer();
  const key = maker.isRefused(path) ? undefined : keyOf(path, before);
  const kept = key === undefined ? 0 : (parts.partials.get(key) ?? 0);
  if (key !== undefined) parts.partials.delete(key);
  const source = base && { path, size: base.state.size };
  const allocated = Math.min(before.size, allocatedBytes(descriptor));
  sender.frame({ kind: 'begin', transfer: number, size: before.size, allocated, source, key });
  const uploaded = yield* upload({
    descriptor,
    size: before.size,
    transfer: number,
    base: base?.chunks,
    kept,
    send: (frame) => {
      sender.frame(frame);
    },
    flush: () => {
      sender.outbox.flush();
    },
    isHalted: () => parts.halted.has(number),
  });
  const discard = (result: BulkResult): BulkResult => {
    sender.frame({ kind: 'discard', transfer: number });
    return result;
  };
  const why = parts.halted.get(number);
  if (why !== undefined) return discard({ kind: 'halted', why });
  if (uploaded === undefined || !(yield* isOneVersion(descriptor, before, uploaded))) {
    return discard({ kind: 'changing' });
  }
  const { hash } = uploaded;
  parts.chunks.set(hash, uploaded.chunks);
  const now = parts.local.tree.get(path);
  if (now?.kind !== 'file') return discard({ kind: 'nothing' });
  const found = content.found(path, entry, { fingerprint: before, hash, hashedAt });
  const state = { ...found, executable: now.executable };
  const cheap = maker.withoutContent(path, state, noMoveSources(remote));
  if (cheap !== undefined) return discard(settle(cheap, path, state, job, parts));
  return sendCommit(path, state, number, job, parts);
}

/** Makes the other side copy a file that it has elsewhere. */
function* copyWhole(
  path: SyncPath,
  state: FileState,
  from: SyncPath,
  job: Job,
  parts: BulkParts,
): Generator<undefined, BulkResult> {
  const { sender, halted } = parts;
  const { size } = state;
  const transfer = sender.nextTransfer();
  sender.frame({ kind: 'begin', transfer, size, allocated: size, source: { path: from, size }, key: undefined });
  for (let offset = 0; offset < size && !halted.has(transfer); offset += maxCopyBytes) {
    const length = Math.min(maxCopyBytes, size - offset);
    sender.frame({ kind: 'copy', transfer, from: 'source', ranges: [{ offset, length }] });
    sender.outbox.flush();
    yield;
  }
  const why = halted.get(transfer);
  if (why === undefined) return sendCommit(path, state, transfer, job, parts);
  sender.frame({ kind: 'discard', transfer });
  return { kind: 'halted', why };
}

function sendCommit(path: SyncPath, state: FileState, transfer: number, job: Job, parts: BulkParts): BulkResult {
  const { hash, size, executable } = state;
  const base = parts.remote.expected(path);
  const body = { kind: 'commit', path, base, transfer, hash, size, executable } as const;
  const effects = [{ path, result: state }] as const;
  parts.sender.operation({ kind: 'operation', body, effects, what: 'create', bytes: size }, job, false);
  return { kind: 'sent' };
}

/** The same for as long as the file is not written to. */
function keyOf(path: SyncPath, { mtimeNs, ctimeNs, inode, size }: Fingerprint): string {
  return hashTextOf([path, mtimeNs, ctimeNs, inode, size].join('\0')).slice(0, 32);
}

/** Whether what was read is what the file was at one moment. A file that only grows is read a second time to be sure. */
function* isOneVersion(descriptor: number, before: Fingerprint, { hash }: Uploaded): Generator<undefined, boolean> {
  const after = fingerprintOfOpen(descriptor);
  if (sameFingerprint(before, after)) return true;
  if (after.size <= before.size) return false;
  const digest = createHash('sha256');
  const file = new ReadAhead(descriptor, before.size, 1);
  while (!file.isOver) {
    const read = file.read();
    if (read.length === 0) return false;
    digest.update(read);
    file.pass(read.length);
    yield;
  }
  return digest.digest('hex') === hash;
}
