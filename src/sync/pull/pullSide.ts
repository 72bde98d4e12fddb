import path from 'node:path';
import type { SyncPath } from '../../base/paths.ts';
import type { Fetch, Frame, Kept, ListKept, Offer, Pack } from '../../protocol/frame.ts';
import type { SyncConflict } from '../core/conflict.ts';
import type { Answer, Ask } from '../push/asks.ts';
import { ConflictResolver } from './conflictResolver.ts';
import { ConflictStore } from './conflictStore.ts';
import { Inbound, type InboundParts } from './inbound.ts';
import { type FetchAnswer, Fetches } from './fetches.ts';
import { KeptVersions } from './keptVersions.ts';
import { LocalWrites } from './localWrites.ts';

/** What a `PullSide` works with. */
export interface PullSideParts extends Pick<
  InboundParts,
  'local' | 'replica' | 'remote' | 'judge' | 'problems' | 'scheduler' | 'log' | 'onIdle'
> {
  /** The session's own folder on this machine. */
  readonly stateDir: string;
  /** Answers whether there is a connection. */
  readonly send: (frame: Fetch | ListKept) => boolean;
  /** The path has to be looked at on the disk now. */
  readonly onLook: (path: SyncPath) => void;
  /** What is known about the path has changed. */
  readonly onDecide: (path: SyncPath) => void;
  readonly onConflicts: (conflicts: readonly SyncConflict[]) => void;
}

type PullFrame = FetchAnswer | Kept;

/** The half of the local side that brings content from the pod. */
export class PullSide {
  readonly #fetches: Fetches;
  readonly #kept: KeptVersions;
  readonly #conflicts: ConflictStore;
  readonly #resolver: ConflictResolver;
  readonly #inbound: Inbound;

  constructor(parts: PullSideParts) {
    const { replica, stateDir, send, onLook, onConflicts } = parts;
    const fetches = new Fetches(replica.stage, send);
    const writes = new LocalWrites(replica, onLook);
    this.#fetches = fetches;
    this.#kept = new KeptVersions({ replica, fetches, writes, openDir: path.join(stateDir, 'opened'), send });
    this.#conflicts = new ConflictStore(path.join(stateDir, 'conflicts'), onConflicts);
    this.#resolver = new ConflictResolver(this.#conflicts, replica, writes);
    this.#inbound = new Inbound({ ...parts, fetches, writes, conflicts: this.#conflicts });
  }

  get isIdle(): boolean {
    return this.#inbound.isIdle;
  }

  /** What the pod has at this path concerns this side. */
  want(path: SyncPath): void {
    this.#inbound.want(path);
  }

  /** Keeps the content that came with an offer until its path is decided. */
  offered(offer: Offer): void {
    this.#inbound.offered(offer);
  }

  /** Takes one frame; gives what is wrong with it, which ends the connection. */
  receive(frame: PullFrame): string | undefined {
    if (frame.kind !== 'kept') return this.#fetches.receive(frame);
    this.#kept.receive(frame);
    return undefined;
  }

  disconnected(): void {
    this.#inbound.disconnected();
    this.#fetches.disconnected();
    this.#kept.disconnected();
  }

  dispose(): void {
    this.#inbound.dispose();
    this.disconnected();
  }

  /** Does what somebody asked for; rejects with a `UserError`. */
  async answer(ask: Ask): Promise<Answer> {
    switch (ask.what) {
      case 'restorable':
        return { what: 'restorable', versions: await this.#kept.list() };
      case 'openRestorable':
        return { what: 'file', path: await this.#kept.open(ask.id) };
      case 'restore':
        await this.#kept.restore(ask.id);
        return { what: 'done' };
      case 'resolveConflict':
        this.#resolver.resolve(ask.id, ask.choice);
        return { what: 'done' };
    }
  }
}

/** Whether a frame brings content from the pod, or says what there is of it. */
export function isPullFrame(frame: Exclude<Frame, Pack>): frame is PullFrame {
  return pullKinds.has(frame.kind);
}

const pullKinds: ReadonlySet<string> = new Set(['begin', 'chunk', 'discard', 'fetched', 'unfetched', 'kept']);
