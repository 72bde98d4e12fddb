import type { Json, JsonObject } from '../../base/json.ts';
import { readConditions } from './conditions.ts';
import { numberField, objectField, objectsField, textField } from './fields.ts';
import type { KubeObject } from './objects.ts';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

/** What a container is doing now. */
export type ContainerState =
  /** Not started; `reason` is a word like `ContainerCreating` or `ImagePullBackOff`, absent before the kubelet saw it. */
  | { readonly kind: 'waiting'; readonly reason: string | undefined; readonly message: string | undefined }
  | { readonly kind: 'running'; readonly startedAt: string | undefined }
  | ContainerEnd;

/** How one run of a container ended. */
export interface ContainerEnd {
  readonly kind: 'terminated';
  readonly exitCode: number;
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

export interface PodContainer {
  readonly name: string;
  /** As the spec names it. */
  readonly image: string;
  /** Runs to its end before the others start; a restartable init container (a native sidecar) is not one of these. */
  readonly init: boolean;
  readonly state: ContainerState;
  /** The run before the present one. */
  readonly last: ContainerEnd | undefined;
  readonly ready: boolean;
  readonly restartCount: number;
  /** Digest reference of the image on the node; absent until it was pulled. */
  readonly imageId: string | undefined;
}

/** A pod as its status tells it. What the server leaves out reads as "not yet". */
export interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** ISO 8601; '' when the server did not say. */
  readonly created: string;
  readonly deleting: boolean;
  readonly phase: PodPhase;
  /** Whether the pod's `Ready` condition holds. */
  readonly ready: boolean;
  /** Why the whole pod failed, for example `Evicted`. */
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly node: string | undefined;
  /** Why the scheduler finds no node, in its own words. */
  readonly unschedulable: string | undefined;
  /** In order of the spec, init containers first. */
  readonly containers: readonly PodContainer[];
}

const phases: readonly PodPhase[] = ['Pending', 'Running', 'Succeeded', 'Failed'];

/** Reads a pod object. */
export function readPod(object: KubeObject): Pod {
  const { metadata } = object;
  const [spec, status] = [objectField(object.spec), objectField(object.status)];
  const conditions = readConditions(status.conditions);
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled');
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
    created: metadata.creationTimestamp ?? '',
    deleting: metadata.deletionTimestamp !== undefined,
    phase: phases.find((phase) => phase === status.phase) ?? 'Unknown',
    ready: conditions.some(({ type, status: holds }) => type === 'Ready' && holds === 'True'),
    reason: textField(status.reason),
    message: textField(status.message),
    node: textField(spec.nodeName),
    unschedulable: scheduled?.status === 'False' ? (scheduled.message ?? scheduled.reason) : undefined,
    containers: [
      ...readContainers(spec.initContainers, status.initContainerStatuses, true),
      ...readContainers(spec.containers, status.containerStatuses, false),
    ],
  };
}

function readContainers(specs: Json | undefined, statuses: Json | undefined, init: boolean): PodContainer[] {
  const known = objectsField(statuses);
  return objectsField(specs).map((spec) => {
    const name = textField(spec.name) ?? '';
    const status = objectField(known.find((one) => one.name === name));
    return {
      name,
      image: textField(spec.image) ?? '',
      init: init && spec.restartPolicy !== 'Always',
      state: readState(objectField(status.state)),
      last: readEnd(objectField(status.lastState)),
      ready: status.ready === true,
      restartCount: numberField(status.restartCount, 0),
      imageId: textField(status.imageID),
    };
  });
}

function readState(state: JsonObject): ContainerState {
  if (state.running !== undefined) {
    return { kind: 'running', startedAt: textField(objectField(state.running).startedAt) };
  }
  const { reason, message } = objectField(state.waiting);
  return readEnd(state) ?? { kind: 'waiting', reason: textField(reason), message: textField(message) };
}

function readEnd({ terminated }: JsonObject): ContainerEnd | undefined {
  if (terminated === undefined) return undefined;
  const { exitCode, reason, message } = objectField(terminated);
  return {
    kind: 'terminated',
    // A container whose node was lost ends without a code.
    exitCode: numberField(exitCode, -1),
    reason: textField(reason),
    message: textField(message)?.trim(),
  };
}
