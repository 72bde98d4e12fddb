import path from 'node:path';
import { UserError } from '../../base/errors.ts';
import type { SyncPath } from '../../base/paths.ts';
import type { Fetch, Frame, Kept, ListKept, Pack } from '../../protocol/frame.ts';
import type { Answer, Ask } from '../push/asks.ts';
import type { Replica } from '../replica/replica.ts';
import { type FetchAnswer, Fetches } from './fetches.ts';
import { KeptVersions } from './keptVersions.ts';
import { LocalWrites } from './localWrites.ts';

/** What a `PullSide` works with. */
export interface PullSideParts {
  readonly replica: Replica;
  /** The session's own folder on this machine. */
  readonly stateDir: string;
  /** Answers whether there is a connection. */
  readonly send: (frame: Fetch | ListKept) => boolean;
  /** The path was written here: it is looked at like any other change. */
  readonly onWritten: (path: SyncPath) => void;
}

type PullFrame = FetchAnswer | Kept;

/** The half of the local side that brings content from the pod. */
export class PullSide {
  readonly #fetches: Fetches;
  readonly #kept: KeptVersions;

  constructor({ replica, stateDir, send, onWritten }: PullSideParts) {
    this.#fetches = new Fetches(replica.stage, send);
    const writes = new LocalWrites(replica, onWritten);
    const openDir = path.join(stateDir, 'opened');
    this.#kept = new KeptVersions({ replica, fetches: this.#fetches, writes, openDir, send });
  }

  /** Takes one frame; gives what is wrong with it, which ends the connection. */
  receive(frame: PullFrame): string | undefined {
    if (frame.kind !== 'kept') return this.#fetches.receive(frame);
    this.#kept.receive(frame);
    return undefined;
  }

  disconnected(): void {
    this.#fetches.disconnected();
    this.#kept.disconnected();
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
        throw noSuchConflict();
    }
  }
}

/** Whether a frame brings content from the pod, or says what there is of it. */
export function isPullFrame(frame: Exclude<Frame, Pack>): frame is PullFrame {
  return pullKinds.has(frame.kind);
}

const pullKinds: ReadonlySet<string> = new Set(['begin', 'chunk', 'discard', 'fetched', 'unfetched', 'kept']);

function noSuchConflict(): UserError {
  return new UserError({
    code: 'sync.no-such-conflict',
    message: 'That conflict is over.',
    next: 'Look at the list of conflicts again.',
  });
}
