import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { abortReason } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import type { Cluster, LiveState } from '../cluster/cluster.ts';
import { types } from '../cluster/core/objects.ts';
import { type Pod, readPod } from '../cluster/core/pods.ts';
import { choosePod } from '../devmode/core/choosePod.ts';
import { sessionLabel } from '../devmode/core/record.ts';

/** Where the session's pod is: the name of the one to talk to, or why there is none. */
export type DevPodState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ready'; readonly pod: string }
  | { readonly kind: 'missing'; readonly reason: string };

/** Follows the dev pod of a session through replacements, by a watch on the session's label. */
export class DevPods implements Disposable {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<DevPodState>());
  readonly #container: string;
  #state: DevPodState = { kind: 'unknown' };

  readonly onChange = this.#changed.event;

  constructor(cluster: Cluster, options: { namespace: string; session: string; container: string }) {
    this.#container = options.container;
    const scope = { namespace: options.namespace, labelSelector: `${sessionLabel}=${options.session}` };
    this.#store.add(
      cluster.watch(types.pod, scope, (state) => {
        this.#update(state);
      }),
    );
  }

  get state(): DevPodState {
    return this.#state;
  }

  /** The name of a pod whose dev container runs; waits for one as long as `signal` allows. */
  async current(signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    if (this.#state.kind === 'ready') return this.#state.pod;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        subscription.dispose();
        reject(abortReason(signal));
      };
      const subscription = this.#changed.event((state) => {
        if (state.kind !== 'ready') return;
        subscription.dispose();
        signal.removeEventListener('abort', onAbort);
        resolve(state.pod);
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  dispose(): void {
    this.#store.dispose();
  }

  #update(live: LiveState): void {
    // A watch that is down says nothing about the pod: what was known stays until the streams themselves break.
    if (live.kind !== 'live') return;
    const next = stateOf(live.items.map(readPod), this.#container);
    if (JSON.stringify(next) === JSON.stringify(this.#state)) return;
    this.#state = next;
    this.#changed.fire(next);
  }
}

function stateOf(pods: readonly Pod[], container: string): DevPodState {
  const pod = choosePod(pods, container);
  if (pod === undefined) return { kind: 'missing', reason: 'The pod is gone; waiting for its replacement.' };
  const runs = pod.containers.some(({ name, state }) => name === container && state.kind === 'running');
  return runs ? { kind: 'ready', pod: pod.name } : { kind: 'missing', reason: `Waiting for pod ${pod.name} to run.` };
}
