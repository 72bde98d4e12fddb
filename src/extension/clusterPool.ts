import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { UserError } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { KubeContext, KubeconfigContexts } from '../cluster/core/kubeconfigContexts.ts';

/** Where the contexts come from. */
export interface ContextSource {
  /** The contexts now, reading the files when that has not been done yet. */
  read(): Promise<KubeconfigContexts>;
  readonly onChange: (listener: (contexts: KubeconfigContexts) => void) => Disposable;
}

/**
 * One shared connection per context for the tree and for commands. Sessions take connections of their own, which live
 * as long as they do, whatever happens to the kubeconfig files.
 */
export class ClusterPool implements Disposable {
  readonly #source: ContextSource;
  readonly #make: (context: KubeContext) => Promise<Cluster>;
  readonly #store = new DisposableStore();
  readonly #shared = new Map<string, { readonly context: string; readonly cluster: Promise<Cluster> }>();
  readonly #changed = this.#store.add(new Emitter<void>());

  /** Contexts came, went or changed. */
  readonly onChange = this.#changed.event;

  constructor(source: ContextSource, make: (context: KubeContext) => Promise<Cluster>) {
    this.#source = source;
    this.#make = make;
    this.#store.add(
      source.onChange((contexts) => {
        this.#follow(contexts);
      }),
    );
  }

  read(): Promise<KubeconfigContexts> {
    return this.#source.read();
  }

  /** The shared connection to a context. Throws `UserError` `cluster.no-context` when no file defines it. */
  async shared(name: string): Promise<Cluster> {
    const context = await this.#find(name);
    const known = this.#shared.get(name);
    if (known !== undefined) return known.cluster;
    const cluster = this.#make(context);
    this.#shared.set(name, { context: JSON.stringify(context), cluster });
    return cluster;
  }

  /** A connection to a context for whoever asks, who disposes it. */
  async own(name: string): Promise<Cluster> {
    return this.#make(await this.#find(name));
  }

  /** Closes the shared connection to a context, so that the next one logs in anew. */
  async discard(name: string): Promise<void> {
    const known = this.#shared.get(name);
    this.#shared.delete(name);
    if (known !== undefined) (await known.cluster).dispose();
  }

  dispose(): void {
    this.#store.dispose();
    for (const { cluster } of this.#shared.values()) disposeWhenMade(cluster);
    this.#shared.clear();
  }

  async #find(name: string): Promise<KubeContext> {
    const { contexts } = await this.#source.read();
    const context = contexts.find((candidate) => candidate.name === name);
    if (context !== undefined) return context;
    throw new UserError({
      code: 'cluster.no-context',
      message: `No kubeconfig file defines context ${name}.`,
      next: 'Add the file that defines it, or choose another context.',
      remedies: [{ kind: 'addKubeconfig' }],
    });
  }

  #follow({ contexts }: KubeconfigContexts): void {
    for (const [name, { context, cluster }] of this.#shared) {
      const now = contexts.find((candidate) => candidate.name === name);
      if (now !== undefined && JSON.stringify(now) === context) continue;
      this.#shared.delete(name);
      disposeWhenMade(cluster);
    }
    this.#changed.fire();
  }
}

/** A connection that could not be made has nothing to dispose, and its failure was told to whoever asked for it. */
function disposeWhenMade(cluster: Promise<Cluster>): void {
  cluster.then(
    (made) => {
      made.dispose();
    },
    () => undefined,
  );
}
