import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { contentHash } from '../../protocol/contentHash.ts';
import type { Halt } from '../../protocol/frame.ts';
import { chunkBytes } from '../../protocol/limits.ts';
import type { FileState } from '../../protocol/pathState.ts';
import type { RemoteView } from '../core/remoteView.ts';
import { type Fingerprint, sameFingerprint } from '../core/fingerprint.ts';
import type { ConfinedFolder } from '../replica/confinedFolder.ts';
import type { FileEntry, LocalContent } from '../replica/localContent.ts';
import type { LocalFolder } from '../replica/localFolder.ts';
import { fingerprintOfOpen, openForReading, readChunk } from '../replica/readFile.ts';
import type { Job } from './job.ts';
import { noMoveSources } from './moveSources.ts';
import type { Made, OperationMaker } from './operationMaker.ts';
import type { Sender } from './sender.ts';

/** What came of one long file. */
export type BulkResult =
  | { readonly kind: 'sent' }
  /** Nothing needs to be sent, or it is a matter for the ordinary lane. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'changing' }
  /** The other side cannot take it. */
  | { readonly kind: 'halted'; readonly why: Halt };

/** What `sendLarge` works with. */
export interface BulkParts {
  readonly local: LocalFolder;
  readonly disk: ConfinedFolder;
  readonly content: LocalContent;
  readonly remote: RemoteView;
  readonly maker: OperationMaker;
  readonly sender: Sender;
  readonly scheduler: Scheduler;
  /** Transfers that the other side halted, by their number. */
  readonly halted: ReadonlyMap<number, Halt>;
}

/**
 * Sends one long file chunk by chunk, pausing after each, so that whatever is urgent overtakes it. The version that is
 * committed was complete: the file did not change from the first byte to the last, or it only grew behind them. Throws
 * the disk's error.
 */
export function* sendLarge(path: SyncPath, job: Job, parts: BulkParts): Generator<undefined, BulkResult> {
  const entry = parts.local.tree.get(path);
  if (entry?.kind !== 'file') return { kind: 'nothing' };
  // Long files are written in many steps: a version this young is most likely not the whole.
  const age = parts.scheduler.now() - Number(entry.fingerprint.mtimeNs / 1_000_000n);
  if (!job.isComplete && age >= 0 && age < settledMs) return { kind: 'changing' };
  const small = yield* withoutSending(path, entry, parts);
  if (small === 'changing') return { kind: 'changing' };
  if (small !== undefined) {
    if (small.kind === 'operation') parts.sender.operation(small, job, false);
    return { kind: small.kind === 'operation' ? 'sent' : 'nothing' };
  }
  parts.disk.begin();
  const descriptor = openForReading(parts.disk.entry(path));
  try {
    return yield* transfer(path, entry, descriptor, job, parts);
  } finally {
    closeSync(descriptor);
  }
}

/** A long file counts as written when it has not changed for this long, in milliseconds. */
const settledMs = 50;

/** What to do when the content need not travel. Only a file that could be equal is hashed before it is sent. */
function* withoutSending(
  path: SyncPath,
  entry: FileEntry,
  parts: BulkParts,
): Generator<undefined, Made | 'changing' | undefined> {
  const there = parts.remote.expected(path);
  let state = parts.content.known(path, entry);
  if (state === undefined && there.kind === 'file' && there.size === entry.fingerprint.size) {
    state = yield* parts.content.hash(path, entry);
    if (state === undefined) return 'changing';
  }
  return state === undefined ? undefined : parts.maker.withoutContent(path, state, noMoveSources(parts.remote));
}

function* transfer(
  path: SyncPath,
  entry: FileEntry,
  descriptor: number,
  job: Job,
  parts: BulkParts,
): Generator<undefined, BulkResult> {
  const { sender, content, remote } = parts;
  const hashedAt = parts.scheduler.now();
  const before = fingerprintOfOpen(descriptor);
  const number = sender.nextTransfer();
  sender.frame({ kind: 'begin', transfer: number, size: before.size });
  const digest = createHash('sha256');
  for (let offset = 0; offset < before.size;) {
    const data = readChunk(descriptor, offset, Math.min(chunkBytes, before.size - offset));
    if (parts.halted.has(number) || data.length === 0) break;
    digest.update(data);
    offset += data.length;
    sender.frame({ kind: 'chunk', transfer: number, data });
    yield;
  }
  const why = parts.halted.get(number);
  const hash = contentHash(digest.digest('hex'));
  if (why !== undefined || !(yield* isOneVersion(descriptor, before, hash))) {
    sender.frame({ kind: 'discard', transfer: number });
    return why === undefined ? { kind: 'changing' } : { kind: 'halted', why };
  }
  const now = parts.local.tree.get(path);
  if (now?.kind !== 'file') {
    sender.frame({ kind: 'discard', transfer: number });
    return { kind: 'nothing' };
  }
  const found = content.found(path, entry, { fingerprint: before, hash, hashedAt });
  const state: FileState = { ...found, executable: now.executable };
  const base = remote.expected(path);
  const body = {
    kind: 'commit',
    path,
    base,
    transfer: number,
    hash,
    size: state.size,
    executable: entry.executable,
  } as const;
  const effects = [{ path, result: state }] as const;
  sender.operation({ kind: 'operation', body, effects, what: 'create', bytes: state.size }, job, false);
  return { kind: 'sent' };
}

/** Whether what was read is what the file was at one moment. A file that only grows is read a second time to be sure. */
function* isOneVersion(descriptor: number, before: Fingerprint, hash: string): Generator<undefined, boolean> {
  const after = fingerprintOfOpen(descriptor);
  if (sameFingerprint(before, after)) return true;
  if (after.size <= before.size) return false;
  const digest = createHash('sha256');
  for (let offset = 0; offset < before.size;) {
    const data = readChunk(descriptor, offset, Math.min(16 * chunkBytes, before.size - offset));
    if (data.length === 0) return false;
    digest.update(data);
    offset += data.length;
    yield;
  }
  return digest.digest('hex') === hash;
}
