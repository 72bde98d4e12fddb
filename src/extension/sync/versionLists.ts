import { toDisposable } from '../../base/disposable.ts';
import type { WorkloadId } from '../../session/core/state.ts';
import type { Restorable } from '../../sync/core/restorable.ts';
import { keyOf, type OpenSession, type OpenSessions } from '../session/openSessions.ts';

/** The versions that each session can restore, as of the last time that somebody asked. */
export class VersionLists {
  readonly #sessions: OpenSessions;
  readonly #lists = new Map<string, readonly Restorable[]>();
  /** What is being asked for now, and what was asked for meanwhile and comes after it. */
  readonly #asking = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  constructor(sessions: OpenSessions) {
    this.#sessions = sessions;
  }

  /** What is known; nothing before the first answer. */
  of(workload: WorkloadId): readonly Restorable[] {
    return this.#lists.get(keyOf(workload)) ?? [];
  }

  /** Resolves when what is known is not older than this call; the session is never asked twice at a time. */
  ask(workload: WorkloadId): Promise<void> {
    const open = this.#sessions.find(workload);
    if (open === undefined) return Promise.resolve();
    const key = keyOf(workload);
    const waiting = this.#next.get(key);
    if (waiting !== undefined) return waiting;
    const going = this.#asking.get(key);
    if (going === undefined) return this.#start(key, open);
    const again = (): Promise<void> => {
      this.#next.delete(key);
      return this.#start(key, open);
    };
    const next = going.then(again, again);
    this.#next.set(key, next);
    return next;
  }

  #start(key: string, open: OpenSession): Promise<void> {
    const answer = this.#ask(key, open).finally(() => this.#asking.delete(key));
    this.#asking.set(key, answer);
    return answer;
  }

  async #ask(key: string, { session, scope }: OpenSession): Promise<void> {
    const versions = await session.sync.restorable();
    if (scope.isDisposed) return;
    if (!this.#lists.has(key)) scope.add(toDisposable(() => this.#lists.delete(key)));
    this.#lists.set(key, versions);
  }
}
