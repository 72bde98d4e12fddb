import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { abortReason, toError, UserError } from '../base/errors.ts';
import type { Cluster, ListScope, LiveState } from '../cluster/cluster.ts';
import { describeRef, type ObjectRef, types } from '../cluster/core/objects.ts';
import { Patience } from './core/patience.ts';
import {
  rolloutProgress,
  type RolloutStep,
  rolloutSteps,
  type RolloutTarget,
  type RolloutView,
} from './core/progress.ts';
import { sessionLabel } from './core/record.ts';
import type { StartOptions } from './startDevMode.ts';

/** Longest wait for a dev pod, in milliseconds; a workload's own progress deadline is usually shorter. */
const startLimit = 20 * 60_000;

/**
 * Resolves with the name of the session's pod once its dev container and sidecar run. Rejects with a `UserError`
 * `devmode.*` as soon as it is clear that they will not, and when `signal` aborts.
 */
export function awaitDevPod(cluster: Cluster, target: RolloutTarget, options: WaitOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const wait = new DevPodWait(cluster, target, options, (outcome) => {
      wait.dispose();
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    });
    wait.begin();
  });
}

type WaitOptions = Pick<StartOptions, 'signal' | 'scheduler' | 'onStep'>;

class DevPodWait implements Disposable {
  readonly #cluster: Cluster;
  readonly #target: RolloutTarget;
  readonly #options: WaitOptions;
  readonly #finish: (outcome: string | Error) => void;
  readonly #store = new DisposableStore();
  readonly #patience = new Patience();
  #view: RolloutView = { workload: undefined, replicaSets: [], pods: [], events: [] };
  #told: { readonly step: RolloutStep; readonly detail: string } = { step: 'schedule', detail: '' };
  #timer: Disposable | undefined;
  #events: { readonly name: string; readonly watch: Disposable } | undefined;

  constructor(
    cluster: Cluster,
    target: RolloutTarget,
    options: WaitOptions,
    finish: (outcome: string | Error) => void,
  ) {
    this.#cluster = cluster;
    this.#target = target;
    this.#options = options;
    this.#finish = finish;
  }

  begin(): void {
    const { signal, scheduler } = this.#options;
    const onAbort = (): void => {
      this.#finish(abortReason(signal));
    };
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    this.#store.add({ dispose: () => signal.removeEventListener('abort', onAbort) });
    this.#store.add(scheduler.after(startLimit, () => this.#finish(this.#timeoutError())));
    this.#tell('schedule', 'Waiting for the new pod');
    const { ref, session } = this.#target;
    const own = { labelSelector: `${sessionLabel}=${session}` };
    this.#watch(ref.type, { fieldSelector: `metadata.name=${ref.name}` }, ([workload]) => ({
      workload: workload ?? 'gone',
    }));
    this.#watch(types.replicaSet, own, (replicaSets) => ({ replicaSets }));
    this.#watch(types.pod, own, (pods) => ({ pods }));
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#store.dispose();
  }

  #watch(
    type: ObjectRef['type'],
    scope: ListScope,
    change: (items: RolloutView['pods']) => Partial<RolloutView>,
  ): Disposable {
    const { namespace } = this.#target.ref;
    const place = namespace === undefined ? {} : { namespace };
    return this.#store.add(
      this.#cluster.watch(type, { ...place, ...scope }, (state) => {
        if (this.#store.isDisposed) return;
        if (state.kind !== 'live') {
          if (type === types.pod) this.#onBlind(state);
          return;
        }
        this.#view = { ...this.#view, ...change(state.items) };
        this.#lookSafely();
      }),
    );
  }

  /** Without replica sets and events the cause of trouble stays unknown; without pods nothing can be waited for. */
  #onBlind(state: LiveState): void {
    if (state.kind !== 'failed') return;
    const { error } = state;
    if (error instanceof UserError && error.code === 'cluster.forbidden') this.#finish(error);
    else this.#tell(this.#told.step, `Waiting for the cluster: ${error.message}`);
  }

  /** An object that cannot be made sense of must end the wait, not silence it. */
  #lookSafely(): void {
    try {
      this.#look();
    } catch (error) {
      this.#finish(toError(error));
    }
  }

  #look(): void {
    const progress = rolloutProgress(this.#target, this.#view);
    const { pod, ready, problem } = progress;
    this.#followEvents(pod?.name ?? this.#target.maker?.name);
    this.#goTo(progress.step, progress.detail);
    if (ready && pod !== undefined && problem === undefined) {
      this.#finish(pod.name);
      return;
    }
    this.#timer?.dispose();
    const verdict = this.#patience.look(problem, this.#options.scheduler.now());
    if (verdict === undefined) return;
    if ('due' in verdict) this.#finish(verdict.due.error);
    else this.#timer = this.#options.scheduler.after(verdict.wait, () => this.#lookSafely());
  }

  #followEvents(name: string | undefined): void {
    if (name === undefined || name === this.#events?.name || this.#store.isDisposed) return;
    if (this.#events !== undefined) this.#store.release(this.#events.watch);
    const scope = { fieldSelector: `involvedObject.name=${name}` };
    this.#view = { ...this.#view, events: [] };
    this.#events = { name, watch: this.#watch(types.event, scope, (events) => ({ events })) };
  }

  /**
   * Steps are told in order, none is left out, and they only go forward: a native sidecar, for example, runs before
   * the image of the dev container is pulled.
   */
  #goTo(step: RolloutStep, detail: string): void {
    const from = rolloutSteps.indexOf(this.#told.step);
    const passed = rolloutSteps.slice(from + 1, rolloutSteps.indexOf(step));
    for (const one of passed) this.#tell(one, detail);
    this.#tell(rolloutSteps.indexOf(step) < from ? this.#told.step : step, detail);
  }

  #tell(step: RolloutStep, detail: string): void {
    if (step === this.#told.step && detail === this.#told.detail) return;
    this.#told = { step, detail };
    this.#options.onStep(this.#told);
  }

  #timeoutError(): UserError {
    return new UserError({
      code: 'devmode.timeout',
      message: `The dev pod of ${describeRef(this.#target.ref)} did not start in time. Last seen: ${this.#told.detail}.`,
      next: 'See the log and the events of the pod, then start again.',
      remedies: [{ kind: 'retry' }, { kind: 'showLog' }],
    });
  }
}
