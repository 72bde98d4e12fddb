import { DisposableStore } from '../base/disposable.ts';
import { isAbortError, toError } from '../base/errors.ts';
import type { Cluster, ListScope } from '../cluster/cluster.ts';
import { objectField } from '../cluster/core/fields.ts';
import { type KubeObject, type ObjectRef, types } from '../cluster/core/objects.ts';
import { developableKind } from './core/developableKinds.ts';
import { sessionLabel } from './core/record.ts';
import { rolloutState } from './core/rolloutState.ts';
import type { DevModeContext } from './devModeContext.ts';

export interface SettleOptions extends DevModeContext {
  readonly session: string;
  /** Generation of the workload as put back: what its controller must have seen. */
  readonly generation: number;
  /** Whether to wait for the original pods to run and the dev pods to be gone, too. */
  readonly rollout: boolean;
  readonly onProgress: (detail: string) => void;
}

/** Longest waits, in milliseconds: for the original pods, and for the controller to scale the dev pods away. */
const rolloutLimit = 120_000;
const cleanupLimit = 15_000;

/**
 * After a workload has been put back: waits as asked, and deletes the session's replica sets as soon as they are
 * empty, so that nothing of dev mode stays in the rollout history. Resolves with what was still missing when waiting
 * stopped, for people, or `undefined` when all is done. Never rejects: dev mode is over already.
 */
export async function settleWorkload(
  cluster: Cluster,
  ref: ObjectRef,
  options: SettleOptions,
): Promise<string | undefined> {
  const { signal, scheduler, rollout } = options;
  if (signal.aborted) return 'Not waited for.';
  return new Promise((resolve) => {
    const store = new DisposableStore();
    const settling = new Settling(cluster, ref, options);
    const finish = (missing: string | undefined): void => {
      store.dispose();
      resolve(missing);
    };
    const onAbort = (): void => finish(settling.missing());
    signal.addEventListener('abort', onAbort, { once: true });
    store.add({ dispose: () => signal.removeEventListener('abort', onAbort) });
    store.add(scheduler.after(rollout ? rolloutLimit : cleanupLimit, onAbort));
    const look = (): void => {
      if (store.isDisposed) return;
      settling.cleanUp(look);
      const missing = settling.missing();
      if (missing === undefined || settling.stuck) finish(missing);
      else options.onProgress(missing);
    };
    const watch = (type: ObjectRef['type'], scope: ListScope, change: (items: readonly KubeObject[]) => void): void => {
      const place = ref.namespace === undefined ? {} : { namespace: ref.namespace };
      store.add(
        cluster.watch(type, { ...place, ...scope }, (state) => {
          if (state.kind !== 'live') return;
          change(state.items);
          look();
        }),
      );
    };
    const own = { labelSelector: `${sessionLabel}=${options.session}` };
    watch(ref.type, { fieldSelector: `metadata.name=${ref.name}` }, ([workload]) => {
      settling.workload = workload ?? 'gone';
    });
    watch(types.replicaSet, own, (items) => {
      settling.replicaSets = items;
    });
    if (rollout) {
      watch(types.pod, own, (items) => {
        settling.pods = items;
      });
    }
  });
}

/** What is known of a workload that settles; `undefined` is what has not been seen yet. */
class Settling {
  workload: KubeObject | 'gone' | undefined;
  replicaSets: readonly KubeObject[] | undefined;
  pods: readonly KubeObject[] | undefined;
  readonly #cluster: Cluster;
  readonly #ref: ObjectRef;
  readonly #options: SettleOptions;
  /** By uid: replica sets whose deletion was asked for. */
  readonly #deleted = new Set<string>();
  /** Replica sets may stay when the user has no right to delete them: they are empty. */
  #mayDelete = true;

  constructor(cluster: Cluster, ref: ObjectRef, options: SettleOptions) {
    this.#cluster = cluster;
    this.#ref = ref;
    this.#options = options;
  }

  /** Whether waiting longer is of no use. */
  get stuck(): boolean {
    return (
      this.#options.rollout &&
      this.#isSeen(this.workload) &&
      this.#leftovers().length === 0 &&
      rolloutState(developableKind(this.#ref), this.workload).kind === 'stuck'
    );
  }

  /** What is still missing, for people; `undefined` when all is done. */
  missing(): string | undefined {
    if (this.workload === 'gone') return undefined;
    if (!this.#isSeen(this.workload)) return 'Waiting for the controller';
    if (this.#options.rollout) {
      const state = rolloutState(developableKind(this.#ref), this.workload);
      if (state.kind !== 'complete') return state.detail;
      if (this.pods === undefined || this.pods.length > 0) return 'Waiting for the dev pod to end';
    }
    if (this.replicaSets === undefined || this.#leftovers().length > 0) return 'Removing the replica set of dev mode';
    return undefined;
  }

  /** Deletes what is empty by now; `onDone` is called when an answer came. */
  cleanUp(onDone: () => void): void {
    // Before the controller has seen the restored template it would only make the replica set again.
    if (!this.#isSeen(this.workload)) return;
    for (const replicaSet of this.#leftovers()) {
      const { uid = '', name } = replicaSet.metadata;
      if (!isEmpty(replicaSet) || this.#deleted.has(uid)) continue;
      this.#deleted.add(uid);
      const ref = { ...this.#ref, type: types.replicaSet, name };
      this.#cluster.delete(ref, this.#options.signal, { uid }).then(onDone, (error: unknown) => {
        this.#mayDelete = false;
        if (!isAbortError(error)) this.#options.log.warn(`Cannot delete replica set ${name}.`, toError(error).message);
        onDone();
      });
    }
  }

  #leftovers(): readonly KubeObject[] {
    return this.#mayDelete ? (this.replicaSets ?? []) : [];
  }

  #isSeen(workload: KubeObject | 'gone' | undefined): workload is KubeObject {
    if (workload === undefined || workload === 'gone') return false;
    const { observedGeneration } = objectField(workload.status);
    return typeof observedGeneration === 'number' && observedGeneration >= this.#options.generation;
  }
}

function isEmpty(replicaSet: KubeObject): boolean {
  const { replicas } = objectField(replicaSet.status);
  return objectField(replicaSet.spec).replicas === 0 && (replicas === 0 || replicas === undefined);
}
