import { type Disposable, DisposableStore } from '../../base/disposable.ts';
import { toError } from '../../base/errors.ts';
import type { Cluster, LiveState } from '../../cluster/cluster.ts';
import type { Listing } from '../../present/treeContexts.ts';
import type { WantedList } from './listScope.ts';

/** One list of a cluster that can be paused: a paused one asks nothing and keeps what it last saw. */
export class LiveListing implements Disposable {
  readonly #wanted: WantedList;
  readonly #open: () => Promise<Cluster>;
  readonly #onChange: () => void;
  #watching: DisposableStore | undefined;
  #current: Listing | undefined;
  #cluster: Cluster | undefined;
  readonly #first = Promise.withResolvers<undefined>();

  constructor(wanted: WantedList, open: () => Promise<Cluster>, onChange: () => void) {
    this.#wanted = wanted;
    this.#open = open;
    this.#onChange = onChange;
  }

  /** Resolves when the cluster answered for the first time, with a list or a failure, or when nobody waits any more. */
  get first(): Promise<undefined> {
    return this.#first.promise;
  }

  /** What is known; `undefined` before the first answer. */
  get current(): Listing | undefined {
    return this.#current;
  }

  /** The connection it uses, once there is one. */
  get cluster(): Cluster | undefined {
    return this.#cluster;
  }

  /** Whether it lists exactly what is wanted. */
  covers(wanted: WantedList): boolean {
    return JSON.stringify(wanted) === JSON.stringify(this.#wanted);
  }

  resume(): void {
    if (this.#watching !== undefined) return;
    const watching = new DisposableStore();
    this.#watching = watching;
    this.#open().then(
      (cluster) => {
        if (watching.isDisposed) return;
        this.#cluster = cluster;
        const { type, scope } = this.#wanted;
        watching.add(cluster.watch(type, scope, (state) => this.#update(watching, state)));
      },
      (error: unknown) => {
        this.#update(watching, { kind: 'failed', error: toError(error), items: [] });
      },
    );
  }

  pause(): void {
    this.#watching?.dispose();
    this.#watching = undefined;
    this.#first.resolve(undefined);
  }

  dispose(): void {
    this.pause();
  }

  #update(watching: DisposableStore, state: LiveState): void {
    if (watching.isDisposed || state.kind === 'loading') return;
    this.#current = state;
    this.#first.resolve(undefined);
    this.#onChange();
  }
}
