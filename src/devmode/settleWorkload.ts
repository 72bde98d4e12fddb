import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { toError } from '../base/errors.ts';
import type { Cluster, ListScope } from '../cluster/cluster.ts';
import { describeRef, type KubeObject, types } from '../cluster/core/objects.ts';
import { developableKind, endsInStages } from './core/developableKinds.ts';
import { Patience } from './core/patience.ts';
import { podSelector } from '../cluster/core/podSelector.ts';
import { sessionLabel } from './core/record.ts';
import { type Leftover, settleState, type SettleTarget, type SettleView } from './core/settling.ts';
import type { DevModeContext } from './devModeContext.ts';

export interface SettleOptions extends DevModeContext {
  readonly onProgress: (detail: string) => void;
}

/** How a workload that was put back has settled. */
export interface Settled {
  /** What was still missing when waiting stopped, for people; `undefined` when all is done. */
  readonly missing: string | undefined;
  /** Why something of dev mode could not be taken away, for people; `undefined` when nothing is left. */
  readonly stays: string | undefined;
}

/**
 * Longest waits, in milliseconds: for the original pods; for the controller to see the change; for the server to delete
 * what is left.
 */
const rolloutLimit = 120_000;
const cleanupLimit = 5000;
const deleteLimit = 10_000;

/**
 * After a workload has been put back: waits as asked, and deletes the session's pods and templates where their controller
 * does not, so that no dev pod and nothing in the rollout history stays. Never rejects: dev mode is over already.
 */
export async function settleWorkload(
  cluster: Cluster,
  workload: KubeObject,
  target: SettleTarget,
  options: SettleOptions,
): Promise<Settled> {
  const settling = new Settling(cluster, workload, target, options);
  try {
    const missing = await settling.wait();
    // Also when the original pods do not start: the dev pod must not stay in their place.
    return { missing, stays: await settling.deleteAll() };
  } finally {
    settling.dispose();
  }
}

class Settling implements Disposable {
  readonly #cluster: Cluster;
  readonly #workload: KubeObject;
  readonly #target: SettleTarget;
  readonly #options: SettleOptions;
  readonly #store = new DisposableStore();
  readonly #patience = new Patience();
  /** Deletions asked for, by uid: why one failed, or nothing. */
  readonly #deletions = new Map<string, Promise<string | undefined>>();
  #view: SettleView = { workload: undefined, derived: undefined, pods: undefined };
  #timer: Disposable | undefined;
  #told: string | undefined;
  #resolve: (missing: string | undefined) => void = () => {};
  #onCertain: () => void = () => {};

  constructor(cluster: Cluster, workload: KubeObject, target: SettleTarget, options: SettleOptions) {
    this.#cluster = cluster;
    this.#workload = workload;
    this.#target = target;
    this.#options = options;
  }

  /** Resolves when all is done, when waiting is of no use any more, and when the limit or the caller ends it. */
  wait(): Promise<string | undefined> {
    const { signal, scheduler } = this.#options;
    const { ref, session, rollout } = this.#target;
    const kind = developableKind(ref);
    return new Promise((resolve) => {
      this.#resolve = resolve;
      const stop = (): void => {
        resolve(settleState(this.#target, this.#view).missing);
      };
      signal.addEventListener('abort', stop, { once: true });
      this.#store.add({ dispose: () => signal.removeEventListener('abort', stop) });
      this.#store.add(scheduler.after(rollout ? rolloutLimit : cleanupLimit, stop));
      const own = `${sessionLabel}=${session}`;
      this.#watch(ref.type, { fieldSelector: `metadata.name=${ref.name}` }, ([found]) => ({
        workload: found ?? 'gone',
      }));
      if (kind.derived !== undefined) this.#watch(kind.derived, { labelSelector: own }, (derived) => ({ derived }));
      if (rollout || kind.deletes !== 'none') {
        const all = rollout && !kind.runsJob ? podSelector(this.#workload) : undefined;
        this.#watch(types.pod, { labelSelector: all ?? own }, (pods) => ({ pods }));
      }
      if (signal.aborted) stop();
    });
  }

  /** Deletes all of the session that its controller would not make again; resolves when answered. */
  async deleteAll(): Promise<string | undefined> {
    const staged = endsInStages(developableKind(this.#target.ref));
    if (staged) await this.#certainty();
    const { certain, left } = settleState(this.#target, this.#view);
    for (const leftover of left) this.#delete(leftover);
    const failures = await Promise.all(this.#deletions.values());
    const failure = failures.find((reason) => reason !== undefined) ?? this.#whyNotLast();
    return failure ?? (certain || !staged ? undefined : 'The controller has not seen the change yet.');
  }

  /** What is put back last waits for the original pods. */
  #whyNotLast(): string | undefined {
    if (developableKind(this.#target.ref).restoredLast.length === 0) return undefined;
    const { workload, pods } = this.#view;
    return settleState(this.#target, { workload, pods, derived: [] }).missing;
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#store.dispose();
  }

  /** Whoever ends the waiting early does not mean the dev pods to stay. */
  #certainty(): Promise<void> {
    return new Promise((resolve) => {
      if (settleState(this.#target, this.#view).certain) {
        resolve();
        return;
      }
      this.#onCertain = resolve;
      this.#store.add(this.#options.scheduler.after(cleanupLimit, resolve));
    });
  }

  #watch(
    type: SettleTarget['ref']['type'],
    scope: ListScope,
    change: (items: readonly KubeObject[]) => Partial<SettleView>,
  ): void {
    const { namespace } = this.#target.ref;
    const place = namespace === undefined ? {} : { namespace };
    this.#store.add(
      this.#cluster.watch(type, { ...place, ...scope }, (state) => {
        if (state.kind !== 'live' || this.#store.isDisposed) return;
        this.#view = { ...this.#view, ...change(state.items) };
        this.#look();
      }),
    );
  }

  #look(): void {
    const { certain, missing, problem, free } = settleState(this.#target, this.#view);
    for (const leftover of free) this.#delete(leftover);
    if (certain) this.#onCertain();
    if (missing === undefined) {
      this.#resolve(undefined);
      return;
    }
    if (missing !== this.#told) this.#options.onProgress(missing);
    this.#told = missing;
    this.#timer?.dispose();
    const verdict = this.#patience.look(problem, this.#options.scheduler.now());
    if (verdict === undefined) return;
    if ('due' in verdict) this.#resolve(verdict.due.error.message);
    else this.#timer = this.#options.scheduler.after(verdict.wait, () => this.#look());
  }

  #delete({ type, object }: Leftover): void {
    const { name, uid = '' } = object.metadata;
    if (this.#deletions.has(uid)) return;
    const ref = { ...this.#target.ref, type, name };
    const deletion = this.#cluster.delete(ref, AbortSignal.timeout(deleteLimit), { uid }).then(
      () => undefined,
      (error: unknown) => {
        this.#options.log.warn(`Cannot delete ${describeRef(ref)}.`, toError(error).message);
        // Without the right to delete it, a template without pods stays in the rollout history.
        return type === types.pod || type === types.job ? toError(error).message : undefined;
      },
    );
    this.#deletions.set(uid, deletion);
  }
}
