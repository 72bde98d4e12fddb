import { isJsonObject, type Json, type JsonObject } from '../base/json.ts';
import type { KubeObject } from '../cluster/core/objects.ts';

/** How a pod or a container is doing, in the words that Kubernetes uses. */
export interface PodHealth {
  /** `Running`, `Pending`, `CrashLoopBackOff`, `Terminating`. */
  readonly word: string;
  readonly health: 'good' | 'busy' | 'bad' | 'done';
  /** Why, when the cluster says. */
  readonly message: string | undefined;
}

/** One container of a pod, init containers included. */
export interface ContainerFacts extends PodHealth {
  readonly name: string;
  readonly image: string;
  readonly restarts: number;
  readonly init: boolean;
}

/** Waiting reasons that are part of an ordinary start. */
const ordinaryWaits: readonly string[] = ['ContainerCreating', 'PodInitializing'];

/** The containers of a pod in the order of its spec; native sidecars, which run beside the others, are no init step. */
export function podContainers(pod: KubeObject): readonly ContainerFacts[] {
  const [spec, status] = [objectAt(pod.spec), objectAt(pod.status)];
  const read = (listed: Json | undefined, statuses: Json | undefined, init: boolean): readonly ContainerFacts[] =>
    objects(listed).map((container) => {
      const name = text(container.name) ?? '';
      const found = objects(statuses).find((one) => one.name === name) ?? {};
      return {
        name,
        image: text(container.image) ?? '',
        restarts: typeof found.restartCount === 'number' ? found.restartCount : 0,
        init: init && container.restartPolicy !== 'Always',
        ...containerHealth(objectAt(found.state)),
      };
    });
  return [
    ...read(spec.initContainers, status.initContainerStatuses, true),
    ...read(spec.containers, status.containerStatuses, false),
  ];
}

/** How the pod as a whole is doing: the first container in trouble speaks for it. */
export function podHealth(pod: KubeObject): PodHealth {
  if (pod.metadata.deletionTimestamp !== undefined) return { word: 'Terminating', health: 'busy', message: undefined };
  const status = objectAt(pod.status);
  const bad = podContainers(pod).find((container) => container.health === 'bad');
  if (bad !== undefined) return { word: bad.word, health: 'bad', message: bad.message };
  const phase = text(status.phase) ?? 'Unknown';
  if (phase === 'Succeeded') return { word: 'Completed', health: 'done', message: undefined };
  if (phase === 'Failed')
    return { word: text(status.reason) ?? 'Failed', health: 'bad', message: text(status.message) };
  if (phase === 'Running') {
    const ready = condition(status, 'Ready');
    return ready?.status === 'True'
      ? { word: 'Running', health: 'good', message: undefined }
      : { word: 'Not ready', health: 'busy', message: text(ready?.message) };
  }
  const scheduled = condition(status, 'PodScheduled');
  if (scheduled?.status === 'False') {
    return { word: text(scheduled.reason) ?? 'Pending', health: 'bad', message: text(scheduled.message) };
  }
  const waiting = podContainers(pod).find((container) => container.health === 'busy');
  return { word: waiting?.word ?? phase, health: 'busy', message: waiting?.message };
}

function containerHealth(state: JsonObject): PodHealth {
  if (isJsonObject(state.running)) return { word: 'Running', health: 'good', message: undefined };
  if (isJsonObject(state.terminated)) {
    const { reason, exitCode, message } = state.terminated;
    if (exitCode === 0) return { word: 'Completed', health: 'done', message: undefined };
    return { word: text(reason) ?? 'Error', health: 'bad', message: text(message) ?? `exit code ${String(exitCode)}` };
  }
  const waiting = objectAt(state.waiting);
  const word = text(waiting.reason) ?? 'Pending';
  const health = waiting.reason === undefined || ordinaryWaits.includes(word) ? 'busy' : 'bad';
  return { word, health, message: text(waiting.message) };
}

function condition(status: JsonObject, type: string): JsonObject | undefined {
  return objects(status.conditions).find((one) => one.type === type);
}

function objectAt(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isJsonObject) : [];
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
