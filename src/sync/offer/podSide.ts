import type { Log } from '../../base/log.ts';
import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { Fetch, Frame, KeptItem, Pack, Rules } from '../../protocol/frame.ts';
import { maxListItems } from '../../protocol/limits.ts';
import { Outbox } from '../push/outbox.ts';
import { ProtocolViolation, Receiver } from '../replica/receiver.ts';
import type { Replica } from '../replica/replica.ts';
import type { OpenWatcher } from '../watch/treeWatcher.ts';
import { ContentService } from './contentService.ts';
import { Offerer } from './offerer.ts';

/** What a `PodSide` is for. */
export interface PodSideInit {
  readonly replica: Replica;
  /** Id of the workspace at the other end. */
  readonly workspaceId: string;
  /** Sends one message and takes ownership of it. */
  readonly post: (message: Uint8Array<ArrayBuffer>) => void;
  /** Called when it cannot go on; the connection must end. */
  readonly onFailure: (error: Error) => void;
  readonly openWatcher: OpenWatcher;
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/** Longest stretch of work before other events get their turn, in milliseconds. */
const sliceMs = 4;

/**
 * The pod's end of one connection: carries out what the client says, tells what changes in the pod, and hands out
 * content. Everything leaves in the order in which it was found out, so that what the client hears last is the latest.
 */
export class PodSide {
  readonly #init: PodSideInit;
  readonly #receiver: Receiver;
  readonly #outbox: Outbox;
  readonly #content: ContentService;
  #offerer: Offerer | undefined;
  #offers: ReturnType<Offerer['offers']> | undefined;
  #pumpDue = false;
  #closed = false;

  constructor(init: PodSideInit) {
    this.#init = init;
    const { replica, workspaceId, scheduler, onFailure, log } = init;
    // Until the client has given credit, only answers are sent, and those need none.
    this.#outbox = new Outbox(init.post, 0, scheduler, 'brotli');
    this.#content = new ContentService(replica);
    this.#receiver = new Receiver({
      replica,
      workspaceId,
      scheduler,
      log,
      onFailure,
      send: (frame) => {
        this.#send(frame);
      },
      otherPaths: (everything) => this.#otherPaths(everything),
      onInventory: (inventory) => this.#offerer?.listed(inventory),
      onApplied: (paths) => this.#offerer?.applied(paths),
    });
  }

  /** Takes one frame. Throws `ProtocolViolation`; then nothing of the frame was carried out. */
  receive(frame: Exclude<Frame, Pack>): void {
    if (frame.kind === 'rules') this.#obey(frame);
    else if (frame.kind === 'fetch') this.#fetch(frame);
    else if (frame.kind === 'listKept') this.#listKept();
    else if (frame.kind === 'credit') {
      this.#outbox.credited(frame.bytes, frame.copied);
      this.#pump();
    } else this.#receiver.receive(frame);
  }

  /** Counts the bytes of a received message as consumed. */
  consumed(bytes: number): void {
    this.#receiver.consumed(bytes);
  }

  /** The socket has taken this many bytes. */
  drained(bytes: number): void {
    this.#outbox.drained(bytes);
    this.#pump();
  }

  close(): void {
    this.#closed = true;
    this.#offerer?.dispose();
    this.#content.close();
    this.#receiver.close();
  }

  #obey(rules: Rules): void {
    if (this.#offerer !== undefined) throw new ProtocolViolation('Rules were given already.');
    this.#outbox.grant(rules.credit);
    if (rules.watch !== 'nothing') this.#offerer = this.#makeOfferer(rules);
  }

  #fetch(fetch: Fetch): void {
    if (this.#content.isFull) throw new ProtocolViolation('Too much content is asked for at once.');
    this.#content.add(fetch);
    this.#pump();
  }

  #makeOfferer(rules: Rules): Offerer {
    const { replica, workspaceId, scheduler, openWatcher, log, onFailure } = this.#init;
    return new Offerer({
      rules,
      replica,
      workspaceId,
      scheduler,
      openWatcher,
      log,
      onFailure,
      onDirty: () => {
        this.#pump();
      },
    });
  }

  async #otherPaths(everything: boolean): Promise<Iterable<SyncPath>> {
    return (await this.#offerer?.paths(everything)) ?? [];
  }

  #listKept(): void {
    const all = this.#init.replica
      .kept()
      .map(({ id, path, at, bytes, why }): KeptItem => ({ id, path, at, bytes, why }));
    for (let start = 0; start < all.length || start === 0; start += keptPerFrame) {
      const last = start + keptPerFrame >= all.length;
      this.#send({ kind: 'kept', items: all.slice(start, start + keptPerFrame), last });
    }
  }

  #send(frame: Frame): void {
    this.#outbox.add(frame);
    this.#outbox.flush();
  }

  /** Makes as much as may be sent now: news first, then content that was asked for. */
  #pump(): void {
    const end = this.#init.scheduler.elapsed() + sliceMs;
    while (!this.#closed && this.#outbox.hasRoom && this.#step()) {
      if (this.#init.scheduler.elapsed() < end) continue;
      this.#pumpSoon();
      break;
    }
    this.#outbox.flush();
    this.#init.replica.endTurn();
  }

  /** Answers whether there was anything to do. */
  #step(): boolean {
    this.#offers ??= this.#offerer?.offers();
    const offered = this.#offers?.next();
    if (offered?.done === false) {
      if (offered.value !== undefined) {
        this.#receiver.answerNow();
        this.#outbox.add(offered.value);
      }
      return true;
    }
    this.#offers = undefined;
    const content = this.#content.next();
    if (content !== undefined) this.#outbox.add(content);
    return content !== undefined;
  }

  #pumpSoon(): void {
    if (this.#pumpDue) return;
    this.#pumpDue = true;
    this.#init.scheduler.soon(() => {
      this.#pumpDue = false;
      this.#pump();
    });
  }
}

/** So that one frame stays well below the limit, whatever the paths are. */
const keptPerFrame = Math.min(maxListItems, 128);
