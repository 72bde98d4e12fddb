import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { toError } from '../base/errors.ts';
import type { Cluster, ListScope } from '../cluster/cluster.ts';
import { type KubeObject, types } from '../cluster/core/objects.ts';
import { Patience } from './core/patience.ts';
import { podSelector } from './core/podSelector.ts';
import { sessionLabel } from './core/record.ts';
import { settleState, type SettleTarget, type SettleView } from './core/settling.ts';
import type { DevModeContext } from './devModeContext.ts';

export interface SettleOptions extends DevModeContext {
  readonly onProgress: (detail: string) => void;
}

/**
 * Longest waits, in milliseconds: for the original pods; for the controller to scale the dev pods away; for the server
 * to delete what is left.
 */
const rolloutLimit = 120_000;
const cleanupLimit = 5000;
const deleteLimit = 10_000;

/**
 * After a workload has been put back: waits as asked, and deletes the session's replica sets, so that no dev pod and
 * nothing in the rollout history stays. Resolves with what was still missing when waiting stopped, for people, or
 * `undefined` when all is done. Never rejects: dev mode is over already.
 */
export async function settleWorkload(
  cluster: Cluster,
  workload: KubeObject,
  target: SettleTarget,
  options: SettleOptions,
): Promise<string | undefined> {
  const settling = new Settling(cluster, workload, target, options);
  try {
    const missing = await settling.wait();
    // Also when the original pods do not start: the dev pod must not stay in their place.
    await settling.deleteAll();
    return missing;
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
  /** Deletions asked for, by the replica set's uid. */
  readonly #deletions = new Map<string, Promise<void>>();
  #view: SettleView = { workload: undefined, replicaSets: undefined, pods: undefined };
  #timer: Disposable | undefined;
  #told: string | undefined;
  #resolve: (missing: string | undefined) => void = () => {};

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
      this.#watch(types.replicaSet, { labelSelector: own }, (replicaSets) => ({ replicaSets }));
      if (rollout) {
        this.#watch(types.pod, { labelSelector: podSelector(this.#workload) ?? own }, (pods) => ({ pods }));
      }
      if (signal.aborted) stop();
    });
  }

  /** Deletes every replica set of the session that its controller would not make again; resolves when answered. */
  async deleteAll(): Promise<void> {
    for (const replicaSet of settleState(this.#target, this.#view).left) this.#delete(replicaSet);
    await Promise.all(this.#deletions.values());
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#store.dispose();
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
    const { missing, problem, empty } = settleState(this.#target, this.#view);
    for (const replicaSet of empty) this.#delete(replicaSet);
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

  #delete({ metadata: { name, uid = '' } }: KubeObject): void {
    if (this.#deletions.has(uid)) return;
    const ref = { ...this.#target.ref, type: types.replicaSet, name };
    const deletion = this.#cluster.delete(ref, AbortSignal.timeout(deleteLimit), { uid }).catch((error: unknown) => {
      // Without the right to delete it, an empty replica set stays in the rollout history.
      this.#options.log.warn(`Cannot delete replica set ${name}.`, toError(error).message);
    });
    this.#deletions.set(uid, deletion);
  }
}
