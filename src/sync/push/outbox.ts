import type { Scheduler } from '../../base/scheduler.ts';
import type { Frame } from '../../protocol/frame.ts';
import { BulkWindow } from '../core/bulkWindow.ts';
import { type Compression, Compressor } from '../link/compression.ts';
import { seal, sealTogether } from '../link/frames.ts';

/** A pack is closed when it holds this many bytes or frames. */
const packBytes = 128 * 1024;
const packFrames = 512;
/** Bytes that may wait in the sockets of this machine before anything that is not urgent is added. */
const localQueueBytes = 256 * 1024;
/** The same for what is urgent. */
const urgentQueueBytes = 4 * 1024 * 1024;
/** Bytes that the other end may have been asked to copy and not have copied: it does about a gigabyte in a second. */
const copyWindowBytes = 64 * 1024 * 1024;

/**
 * Turns frames into messages and says when more may be made. Small frames are gathered into packs; urgent ones leave
 * at once. Order is kept. What is not urgent leaves no more under way than the connection needs to stay busy, so that
 * an urgent frame soon gets its turn.
 */
export class Outbox {
  readonly #post: (message: Uint8Array<ArrayBuffer>) => void;
  readonly #scheduler: Scheduler;
  readonly #compressor: Compressor;
  #window = new BulkWindow();
  #credit: number;
  #queued = 0;
  #copying = 0;
  #pack: Uint8Array<ArrayBuffer>[] = [];
  #packBytes = 0;

  /**
   * `post` takes ownership of the message; `credit` is what the other end granted for the start; `compression` is one
   * that it can read.
   */
  constructor(
    post: (message: Uint8Array<ArrayBuffer>) => void,
    credit: number,
    scheduler: Scheduler,
    compression: Compression,
  ) {
    this.#post = post;
    this.#compressor = new Compressor(compression);
    this.#credit = credit;
    this.#scheduler = scheduler;
  }

  /** Whether more of what is not urgent may be made now. */
  get hasRoom(): boolean {
    const underWay = this.#window.underWay + this.#packBytes;
    const mayCopy = this.#copying < copyWindowBytes;
    return mayCopy && this.#queued < localQueueBytes && underWay < Math.min(this.#window.limit, this.#credit);
  }

  /** Whether more of what is urgent may be made now. */
  get hasUrgentRoom(): boolean {
    return this.#queued < urgentQueueBytes && this.#window.underWay < this.#credit;
  }

  /** Adds a frame to the open pack. */
  add(frame: Frame): void {
    if (frame.kind === 'copy') this.#copying += frame.ranges.reduce((sum, { length }) => sum + length, 0);
    const sealed = seal(frame);
    if (sealed.length > packBytes / 2) {
      this.flush();
      this.#send(sealTogether([sealed], this.#compressor));
      return;
    }
    this.#pack.push(sealed);
    this.#packBytes += sealed.length;
    if (this.#packBytes >= packBytes || this.#pack.length >= packFrames) this.flush();
  }

  /** Sends what was gathered. */
  flush(): void {
    const pack = this.#pack;
    if (pack.length === 0) return;
    this.#pack = [];
    this.#packBytes = 0;
    const [only] = pack;
    this.#send(
      pack.length === 1 && only !== undefined && only.length < compressFrom
        ? only
        : sealTogether(pack, this.#compressor),
    );
  }

  /** The other end grants this many bytes more for the start. */
  grant(bytes: number): void {
    this.#credit += bytes;
  }

  /** The socket has taken this many bytes. */
  drained(bytes: number): void {
    this.#queued -= bytes;
  }

  /** The other end has consumed this many bytes, and has copied so many because it was asked to. */
  credited(bytes: number, copied: number): void {
    this.#copying -= copied;
    this.#window.credited(bytes, this.#scheduler.now());
  }

  #send(message: Uint8Array<ArrayBuffer>): void {
    this.#queued += message.length;
    this.#window.sent(message.length, this.#scheduler.now());
    this.#post(message);
  }
}

/** A single frame shorter than this fits into what a connection sends at once anyway, in bytes. */
const compressFrom = 14 * 1024;
