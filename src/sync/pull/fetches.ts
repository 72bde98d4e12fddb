import type { Begin, Chunk, Discard, Fetch, Fetched, FetchSource, Unfetched } from '../../protocol/frame.ts';
import type { PathState } from '../../protocol/pathState.ts';
import type { Stage } from '../replica/stage.ts';
import { Transfers } from '../replica/transfers.ts';

/** Content that came from the pod: staged here, complete and with its hash checked. A link comes without a file. */
export interface FetchedContent {
  readonly state: PathState;
  readonly staged: string | undefined;
}

/** Why content did not come. */
export class NotFetched extends Error {
  override readonly name = 'NotFetched';
  /** `offline`: the connection ended. `gone`: it is not there as asked for. `disk`: it cannot be staged here. */
  readonly why: 'offline' | 'gone' | 'disk';

  constructor(why: NotFetched['why'], message: string) {
    super(message);
    this.why = why;
  }
}

interface Request {
  readonly from: FetchSource;
  /** Bytes that may come. */
  readonly most: number;
  /** Bytes that came. */
  received: number;
  readonly resolve: (content: FetchedContent) => void;
  readonly reject: (error: NotFetched) => void;
}

/** Requests that are under way at a time; the others wait here. */
const maxUnderWay = 256;

export type FetchAnswer = Begin | Chunk | Discard | Fetched | Unfetched;

/** Asks the pod for content and stages what comes. */
export class Fetches {
  readonly #transfers: Transfers;
  readonly #send: (frame: Fetch) => boolean;
  readonly #underWay = new Map<number, Request>();
  #waiting: Request[] = [];
  #lastId = 0;

  /** `send` answers whether there is a connection. */
  constructor(stage: Stage, send: (frame: Fetch) => boolean) {
    this.#transfers = new Transfers({ stage, folder: undefined, partials: undefined });
    this.#send = send;
  }

  get isIdle(): boolean {
    return this.#underWay.size === 0 && this.#waiting.length === 0;
  }

  /** Asks for content of at most `most` bytes; rejects with `NotFetched`. */
  fetch(from: FetchSource, most: number): Promise<FetchedContent> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ from, most, received: 0, resolve, reject });
      this.#askMore();
    });
  }

  /** Takes a part of an answer; gives what is wrong with it, which ends the connection. */
  receive(frame: FetchAnswer): string | undefined {
    const id = 'transfer' in frame ? frame.transfer : frame.id;
    const request = this.#underWay.get(id);
    if (request === undefined) return 'Content came that was not asked for.';
    switch (frame.kind) {
      case 'begin':
        if (frame.size > request.most) return 'More content was announced than was asked for.';
        this.#transfers.begin(frame);
        return undefined;
      case 'chunk':
        request.received += frame.data.length;
        if (request.received > request.most) return 'More content came than was asked for.';
        this.#transfers.chunk(frame);
        return undefined;
      case 'discard':
        this.#transfers.discard(id);
        return undefined;
      case 'fetched':
        this.#over(id);
        this.#fetched(id, frame.state, request);
        return undefined;
      case 'unfetched':
        this.#over(id);
        this.#transfers.discard(id);
        request.reject(new NotFetched('gone', frame.message));
        return undefined;
    }
  }

  /** The connection is gone, and with it everything under way. */
  disconnected(): void {
    this.#transfers.close();
    const requests = [...this.#underWay.values(), ...this.#waiting];
    this.#underWay.clear();
    this.#waiting = [];
    for (const { reject } of requests) reject(offline());
  }

  #fetched(id: number, state: PathState, request: Request): void {
    if (state.kind !== 'file') {
      this.#transfers.discard(id);
      request.resolve({ state, staged: undefined });
      return;
    }
    const result = this.#transfers.commit({ transfer: id, hash: state.hash, size: state.size });
    if (result.kind === 'failed') request.reject(new NotFetched('disk', result.message));
    else request.resolve({ state, staged: result.file });
  }

  #over(id: number): void {
    this.#underWay.delete(id);
    this.#askMore();
  }

  #askMore(): void {
    while (this.#underWay.size < maxUnderWay) {
      const request = this.#waiting.shift();
      if (request === undefined) return;
      const id = ++this.#lastId;
      this.#underWay.set(id, request);
      if (this.#send({ kind: 'fetch', id, from: request.from })) continue;
      this.#underWay.delete(id);
      request.reject(offline());
    }
  }
}

function offline(): NotFetched {
  return new NotFetched('offline', 'There is no connection to the pod.');
}
