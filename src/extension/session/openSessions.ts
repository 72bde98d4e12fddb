import { type Disposable, DisposableStore } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import type { DevSession } from '../../session/devSession.ts';
import type { SessionState, WorkloadId } from '../../session/core/state.ts';

/** A session of this window that can be worked with. */
export interface OpenSession {
  readonly session: DevSession;
  /** Ends with the session; whoever works for the session adds what must not outlive it. */
  readonly scope: DisposableStore;
}

/** The sessions of this window, those that are still starting included. */
export class OpenSessions implements Disposable {
  readonly #open = new Map<string, OpenSession>();
  readonly #starting = new Map<string, SessionState>();
  readonly #changed = new Emitter<void>();
  readonly #opened = new Emitter<OpenSession>();
  readonly #lost = new Emitter<{ readonly state: SessionState; readonly error: Error }>();

  /** The state of a session changed, or one came or went. */
  readonly onChange = this.#changed.event;
  readonly onOpen = this.#opened.event;
  /** A session ended although nobody asked for it. */
  readonly onLost = this.#lost.event;

  get all(): readonly OpenSession[] {
    return [...this.#open.values()];
  }

  /** The states of all sessions, also of those that are starting. */
  get states(): readonly SessionState[] {
    return [...this.#starting.values(), ...this.all.map(({ session }) => session.state)];
  }

  /** Ids of the sessions open here. */
  get ids(): ReadonlySet<string> {
    return new Set(this.all.map(({ session }) => session.id));
  }

  /** Keys of the workloads whose session is starting. */
  get starting(): readonly string[] {
    return [...this.#starting.keys()];
  }

  find(workload: WorkloadId): OpenSession | undefined {
    return this.#open.get(keyOf(workload));
  }

  isStarting(workload: WorkloadId): boolean {
    return this.#starting.has(keyOf(workload));
  }

  /** Shows a session that is not open yet; `undefined` takes it away again. */
  setStarting(workload: WorkloadId, state: SessionState | undefined): void {
    if (state === undefined) this.#starting.delete(keyOf(workload));
    else this.#starting.set(keyOf(workload), state);
    this.#changed.fire();
  }

  /** Takes a session in until it ends. */
  add(session: DevSession): OpenSession {
    const key = keyOf(session.state.workload);
    const open: OpenSession = { session, scope: new DisposableStore() };
    this.#starting.delete(key);
    this.#open.set(key, open);
    open.scope.add(
      session.onState((state) => {
        this.#onState(key, state);
      }),
    );
    this.#opened.fire(open);
    // It may have ended before anybody listened.
    this.#onState(key, session.state);
    return open;
  }

  /** Lets go of every session; dev mode stays on, and the next window can come back to it. */
  async detachAll(): Promise<void> {
    const open = this.all;
    this.#open.clear();
    for (const { scope } of open) scope.dispose();
    await Promise.all(open.map(({ session }) => session.detach()));
  }

  dispose(): void {
    this.#changed.dispose();
    this.#opened.dispose();
    this.#lost.dispose();
  }

  #onState(key: string, state: SessionState): void {
    const open = this.#open.get(key);
    if (state.phase.kind === 'ended' && open !== undefined) {
      this.#open.delete(key);
      open.scope.dispose();
      if (state.phase.error !== undefined) this.#lost.fire({ state, error: state.phase.error });
    }
    this.#changed.fire();
  }
}

/** Two ids of the same workload have the same key. */
export function keyOf({ context, namespace, kind, name }: WorkloadId): string {
  return JSON.stringify([context, namespace, kind, name]);
}
