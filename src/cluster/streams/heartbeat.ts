import type { Disposable } from '../../base/disposable.ts';
import type { Scheduler } from '../../base/scheduler.ts';

/** The connection that a heartbeat watches. */
export interface HeartbeatPeer {
  /** Sends a ping; its answer is to come to `pong` with the same payload. */
  ping(payload: string): void;
  /** Whether the server answers on another connection now. */
  reachable(): Promise<boolean>;
  /** Called once, when the peer counts as dead. */
  dead(): void;
}

/**
 * Tells within 15 seconds when the other end of a connection is gone. A peer that reads no further because its own
 * reader is slow does not answer pings either; it counts as dead only if the server cannot be reached at all.
 *
 * It pings only where an answer would tell something. A server that has sent everything closes its end, and a ping
 * that comes afterwards makes its kernel throw away what is still on the way to a slow reader.
 */
export class Heartbeat implements Disposable {
  readonly #scheduler: Scheduler;
  readonly #peer: HeartbeatPeer;
  #timer: Disposable | undefined;
  #heard = true;
  #missed = 0;
  #sent = 0;
  #answered = 0;
  #paused = false;
  #ended = false;

  constructor(scheduler: Scheduler, peer: HeartbeatPeer) {
    this.#scheduler = scheduler;
    this.#peer = peer;
    this.#next();
  }

  /** Anything came from the peer. */
  heard(): void {
    this.#heard = true;
  }

  /** The peer has read everything that was sent before the ping with this payload. */
  pong(payload: string): void {
    this.#heard = true;
    this.#answered = Math.max(this.#answered, Number(payload) || 0);
  }

  /** So many bytes were sent, which a pong has to queue behind. */
  sent(bytes: number): void {
    this.#sent += bytes;
  }

  /** Nothing is read from the peer now, so its silence says nothing. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#heard = true;
  }

  dispose(): void {
    this.#ended = true;
    this.#timer?.dispose();
  }

  #next(): void {
    if (!this.#ended) this.#timer = this.#scheduler.after(intervalMilliseconds, () => this.#beat());
  }

  /** Counts beats, not time: after the laptop slept, the peer has its full time to answer. */
  #beat(): void {
    const silent = !this.#heard && !this.#paused;
    this.#missed = silent ? this.#missed + 1 : 0;
    this.#heard = false;
    if (this.#missed < beatsUntilDead) {
      if (silent || (this.#sent > this.#answered && !this.#paused)) this.#peer.ping(String(this.#sent));
      this.#next();
    } else if (this.#sent - this.#answered < certainBytes) {
      this.#die();
    } else {
      this.#doubt();
    }
  }

  #doubt(): void {
    this.#peer.reachable().then(
      (reachable) => {
        if (reachable) this.#next();
        else this.#die();
      },
      () => this.#die(),
    );
  }

  #die(): void {
    if (this.#ended) return;
    this.dispose();
    this.#peer.dead();
  }
}

const intervalMilliseconds = 2_500;
const beatsUntilDead = 4;
/** So much is read by every peer that is alive, whatever its own reader does. */
const certainBytes = 32 * 1024;
