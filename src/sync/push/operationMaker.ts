import type { SyncPath } from '../../base/paths.ts';
import type { Content, OperationFrame } from '../../protocol/frame.ts';
import { maxInlineBytes } from '../../protocol/limits.ts';
import { absent, type FileState, folder, type PathState, sameContent, sameState } from '../../protocol/pathState.ts';
import type { Decision } from '../core/decide.ts';
import type { Judge } from '../core/judge.ts';
import { makeDelta } from '../core/delta.ts';
import type { TreeEntry } from '../core/localTree.ts';
import type { RemoteView } from '../core/remoteView.ts';
import type { Track } from '../core/track.ts';
import { VersionCache } from '../core/versionCache.ts';
import type { FileEntry, LocalContent } from '../replica/localContent.ts';
import type { LocalFolder } from '../replica/localFolder.ts';
import type { Effect, SentOperation } from './flight.ts';
import type { MoveSources } from './moveSources.ts';
import type { RemoteContent } from './remoteContent.ts';

type WithoutOrder<T> = T extends unknown ? Omit<T, 'sequence' | 'batched'> : never;
/** An operation that has no place in the order yet. */
export type OperationBody = WithoutOrder<OperationFrame>;

/** What there is to do about one path. */
export type Made =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'operation';
      readonly body: OperationBody;
      readonly effects: readonly [Effect, ...Effect[]];
      readonly what: SentOperation['kind'];
      readonly bytes: number;
    }
  /** The file is too long to be sent in one piece. */
  | { readonly kind: 'large' }
  /** The file changed while it was read. */
  | { readonly kind: 'changing' }
  /** What the other side has concerns this one: it comes here, or is in conflict with what is here. */
  | { readonly kind: 'inbound' };

/** Turns what is on the local disk and what is known about the other side into operations. */
export class OperationMaker {
  readonly #local: LocalFolder;
  readonly #content: LocalContent;
  readonly #remote: RemoteView;
  readonly #elsewhere: RemoteContent;
  readonly #judge: Judge;
  readonly #versions = new VersionCache(rememberedBytes);
  readonly #refused = new Set<SyncPath>();

  constructor(local: LocalFolder, content: LocalContent, remote: RemoteView, elsewhere: RemoteContent, judge: Judge) {
    this.#local = local;
    this.#content = content;
    this.#remote = remote;
    this.#elsewhere = elsewhere;
    this.#judge = judge;
  }

  /** What to do so that the other side follows the local path. Throws the disk's error when a file cannot be read. */
  make(path: SyncPath, sources: MoveSources): Made {
    const track = this.#remote.get(path);
    const entry = this.#local.tree.get(path);
    if (entry === undefined) {
      const kind = this.#local.absence(path, track?.expected.kind === 'folder');
      return fromDecision(path, this.#judge.decide(path, { kind }));
    }
    if (entry.kind === 'file') return this.#makeFile(path, entry, track, sources);
    return fromDecision(path, this.#judge.decide(path, entry.kind === 'folder' ? folder : entry));
  }

  /** The other side could not make the content of a path from what it has: it goes whole until it is accepted. */
  refused(path: SyncPath): void {
    this.#refused.add(path);
  }

  accepted(path: SyncPath): void {
    this.#refused.delete(path);
  }

  /** Whether the content of the path has to go whole. */
  isRefused(path: SyncPath): boolean {
    return this.#refused.has(path);
  }

  /** Where the other side has the content of a long file that is to come to a path. */
  copySource(path: SyncPath, state: FileState): SyncPath | undefined {
    return this.isRefused(path) ? undefined : this.#elsewhere.findCopy(state, path);
  }

  /** Removes what stands where something of another kind has to come, if that is still so. */
  clear(path: SyncPath): Made {
    const base = this.#remote.expected(path);
    const local = this.#local.tree.get(path);
    if (base.kind === 'absent' || (base.kind === 'folder') === (local?.kind === 'folder')) return nothing;
    if (local !== undefined && !this.#replaces(path, local)) return nothing;
    return operation({ kind: 'delete', path, base }, [{ path, result: { kind: 'absent' } }], 'delete');
  }

  /** Whether what the other side has may be newer than what is here. */
  isContested(path: SyncPath): boolean {
    const track = this.#remote.get(path);
    if (track === undefined || track.inFlight > 0 || !this.#judge.takes(path)) return false;
    return track.put === undefined || !sameState(track.put, track.current);
  }

  /** Whether what is here takes the place of what is there. */
  #replaces(path: SyncPath, local: TreeEntry): boolean {
    if (local.kind !== 'file')
      return this.#judge.decide(path, local.kind === 'folder' ? folder : local).kind === 'create';
    if (!this.isContested(path)) return true;
    const isShort = local.fingerprint.size <= maxInlineBytes;
    const state = this.#content.known(path, local) ?? (isShort ? this.#content.read(path, local)?.state : undefined);
    return state !== undefined && this.#judge.decide(path, state).kind === 'create';
  }

  /** Leaves what is there and makes the other side forget that it came from here. */
  forget(path: SyncPath): Made {
    return fromDecision(path, { kind: 'forget' });
  }

  /** What to do about a file whose state is known, other than sending its content: `undefined` means send it. */
  withoutContent(path: SyncPath, state: FileState, sources: MoveSources): Made | undefined {
    const decision = this.#judge.decide(path, state);
    if (decision.kind !== 'create') return fromDecision(path, decision);
    if (this.isRefused(path)) return undefined;
    const gone = this.#takeSource(state, sources) ?? firstOf(this.#elsewhere.findGone(state));
    const from = gone ?? this.#findPartner(path, state);
    return from && move(path, from, this.#remote.expected(from), decision.base, gone === undefined);
  }

  /** Paths whose files may have to be exchanged with that of a path; see `RemoteContent`. */
  partners(path: SyncPath, state: FileState): Iterable<[SyncPath, FileEntry]> {
    return this.isRefused(path) ? [] : this.#elsewhere.findPartners(state, path);
  }

  /** A path that has there what is to come here, and is to have what is here there. */
  #findPartner(path: SyncPath, state: FileState): SyncPath | undefined {
    const base = this.#remote.expected(path);
    for (const [partner, entry] of this.partners(path, state)) {
      const here = this.#content.likely(partner, entry) ?? this.#readShort(partner, entry);
      if (here !== undefined && sameContent(here, base)) return partner;
    }
    return undefined;
  }

  /** The state of another file than the one that is asked for: why it cannot be read is told when it is its turn. */
  #readShort(path: SyncPath, entry: FileEntry): FileState | undefined {
    if (entry.fingerprint.size > maxInlineBytes) return undefined;
    try {
      return this.#content.read(path, entry)?.state;
    } catch (error) {
      if (error instanceof Error) return undefined;
      throw error;
    }
  }

  /** A source may have come back or been overwritten since the sources were gathered; then it is none. */
  #takeSource(state: FileState, sources: MoveSources): SyncPath | undefined {
    for (;;) {
      const from = sources.take(state.hash);
      if (from === undefined) return undefined;
      if (this.#local.tree.get(from) === undefined && sameContent(this.#remote.expected(from), state)) return from;
    }
  }

  #makeFile(path: SyncPath, entry: FileEntry, track: Track | undefined, sources: MoveSources): Made {
    const known = this.#content.known(path, entry);
    const cheap = known === undefined ? undefined : this.withoutContent(path, known, sources);
    if (cheap !== undefined) return cheap;
    if (entry.fingerprint.size > maxInlineBytes) return { kind: 'large' };
    const read = this.#content.read(path, entry);
    if (read === undefined) return { kind: 'changing' };
    if (read.bytes.length > maxInlineBytes) return { kind: 'large' };
    const { state, bytes } = read;
    const other = this.withoutContent(path, state, sources);
    if (other !== undefined) return other;
    const base = track?.expected ?? absent;
    const content = this.#contentFor(path, base, state, bytes);
    this.#versions.set(state.hash, bytes);
    const body: OperationBody = { kind: 'put', path, base, hash: state.hash, executable: state.executable, content };
    return operation(body, [{ path, result: state }], 'create', bytes.length);
  }

  /** The difference to what the other side has, where that is known here and much shorter. */
  #contentFor(path: SyncPath, base: PathState, state: FileState, bytes: Uint8Array): Content {
    const whole: Content = { kind: 'whole', bytes };
    if (this.isRefused(path)) return whole;
    const copy = bytes.length >= worthCopying ? this.#elsewhere.findCopy(state, path) : undefined;
    if (copy !== undefined) {
      const all = { offset: 0, length: bytes.length, bytes: new Uint8Array() };
      return { kind: 'delta', source: copy, sourceSize: bytes.length, steps: [all] };
    }
    const before = base.kind === 'file' ? this.#versions.get(base.hash) : undefined;
    const steps = before === undefined ? undefined : makeDelta(before, bytes);
    if (before === undefined || steps === undefined) return whole;
    return { kind: 'delta', source: undefined, sourceSize: before.length, steps };
  }
}

/** A shorter content is sent rather than copied from another path there, in bytes. */
const worthCopying = 512;
/** Bytes of sent content that are remembered to say the next change as a difference. */
const rememberedBytes = 32 * 1024 * 1024;

const nothing: Made = { kind: 'nothing' };

function operation(
  body: OperationBody,
  effects: readonly [Effect, ...Effect[]],
  what: SentOperation['kind'],
  bytes = 0,
): Made {
  return { kind: 'operation', body, effects, what, bytes };
}

function move(path: SyncPath, from: SyncPath, fromState: PathState, base: PathState, exchange: boolean): Made {
  const effects: [Effect, Effect] = [
    { path, result: fromState },
    { path: from, result: exchange ? base : absent },
  ];
  return operation({ kind: 'move', path, base, from, fromState, exchange }, effects, 'move');
}

/** The operation for a decision that needs no file content. */
function fromDecision(path: SyncPath, decision: Decision): Made {
  switch (decision.kind) {
    case 'nothing':
    case 'keepRemote':
      return nothing;
    case 'take':
    case 'conflict':
      return { kind: 'inbound' };
    case 'forget':
      return operation(
        { kind: 'forget', path, base: { kind: 'any' } },
        [{ path, result: { kind: 'forgotten' } }],
        'agree',
      );
    case 'delete':
      return operation({ kind: 'delete', path, base: decision.base }, [{ path, result: { kind: 'absent' } }], 'delete');
    case 'setExecutable': {
      const { base, executable } = decision;
      const result: PathState = { ...base, executable };
      const what = sameState(base, result) ? 'agree' : 'other';
      return operation({ kind: 'setExecutable', path, base, executable }, [{ path, result }], what);
    }
    case 'create':
      return create(path, decision.state, decision.base);
  }
}

function create(path: SyncPath, state: PathState, base: PathState): Made {
  const what = sameState(state, base) ? 'agree' : 'create';
  if (state.kind === 'folder') return operation({ kind: 'makeFolder', path, base }, [{ path, result: state }], what);
  if (state.kind === 'link') {
    return operation({ kind: 'makeLink', path, base, target: state.target }, [{ path, result: state }], what);
  }
  throw new Error(`${path} needs its content to be sent.`);
}

function firstOf<T>(items: Iterable<T>): T | undefined {
  const [first] = items;
  return first;
}
