import type { Json, JsonObject } from '../../base/json.ts';
import { type Condition, readConditions } from './conditions.ts';
import { numberField, objectField, objectsField, textField, textsField } from './fields.ts';
import { type KubeObject, type ResourceType, types } from './objects.ts';

/** Where one kind of workload keeps what its readers need. */
export interface WorkloadKind {
  readonly type: ResourceType;
  /** Keys from the object to its pod template. */
  readonly templatePath: readonly string[];
  /** Fields of `status` that count ready and wanted pods; `spec.replicas` tells the wanted ones where absent. */
  readonly readyField: string | undefined;
  readonly wantedField: string | undefined;
}

const template = ['spec', 'template'];

/** The kinds of workload that the API server has built in. */
export const workloadKinds: readonly WorkloadKind[] = [
  { type: types.deployment, templatePath: template, readyField: 'readyReplicas', wantedField: undefined },
  { type: types.statefulSet, templatePath: template, readyField: 'readyReplicas', wantedField: undefined },
  { type: types.daemonSet, templatePath: template, readyField: 'numberReady', wantedField: 'desiredNumberScheduled' },
  { type: types.replicaSet, templatePath: template, readyField: 'readyReplicas', wantedField: undefined },
  { type: types.job, templatePath: template, readyField: 'ready', wantedField: 'active' },
  {
    type: types.cronJob,
    templatePath: ['spec', 'jobTemplate', 'spec', 'template'],
    readyField: undefined,
    wantedField: undefined,
  },
];

function custom(group: string, version: string, kind: string, plural: string): ResourceType {
  return { group, version, plural, kind, namespaced: true };
}

const byReplicas = { templatePath: template, readyField: 'readyReplicas', wantedField: undefined };

/** Kinds that well-known extensions bring. */
export const customKinds: readonly WorkloadKind[] = [
  { type: custom('argoproj.io', 'v1alpha1', 'Rollout', 'rollouts'), ...byReplicas },
  { type: custom('apps.kruise.io', 'v1alpha1', 'CloneSet', 'clonesets'), ...byReplicas },
  { type: custom('apps.kruise.io', 'v1beta1', 'StatefulSet', 'statefulsets'), ...byReplicas },
  {
    type: custom('apps.kruise.io', 'v1alpha1', 'DaemonSet', 'daemonsets'),
    templatePath: template,
    readyField: 'numberReady',
    wantedField: 'desiredNumberScheduled',
  },
  {
    type: custom('serving.knative.dev', 'v1', 'Service', 'services'),
    templatePath: template,
    readyField: undefined,
    wantedField: undefined,
  },
];

/** A Knative Service keeps its pods by way of revisions, one for each template that it had. */
export const knativeRevision = custom('serving.knative.dev', 'v1', 'Revision', 'revisions');

/** Names a kind: `Deployment`, and with the group where that is not one of Kubernetes itself: `Rollout.argoproj.io`. */
export function kindId({ group, kind }: ResourceType): string {
  return ['', 'apps', 'batch'].includes(group) ? kind : `${kind}.${group}`;
}

/** The kind of workload of that id, if it is known. */
export function kindOfId(id: string): WorkloadKind | undefined {
  return [...workloadKinds, ...customKinds].find(({ type }) => kindId(type) === id);
}

/** A port that a container declares. */
export interface ContainerPort {
  readonly name: string | undefined;
  readonly number: number;
  readonly protocol: string;
}

/** A container as a pod template describes it. */
export interface TemplateContainer {
  readonly name: string;
  readonly image: string;
  readonly init: boolean;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir: string | undefined;
  readonly ports: readonly ContainerPort[];
  /** Names of the variables under `env`; those of `envFrom` are known to the cluster only. */
  readonly envNames: readonly string[];
}

/** A workload as its object tells it. */
export interface Workload {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** In order of the template, init containers first. */
  readonly containers: readonly TemplateContainer[];
  /** Pods wanted; 0 for a kind that does not keep pods running. */
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly conditions: readonly Condition[];
  /** Whether the controller has seen the newest spec. */
  readonly observed: boolean;
}

/** Reads an object of the given kind of workload. Fields that are absent count as the API's defaults. */
export function readWorkload(kind: WorkloadKind, object: KubeObject): Workload {
  const { metadata } = object;
  const [spec, status] = [objectField(object.spec), objectField(object.status)];
  const generation = metadata.generation ?? 0;
  const podSpec = objectField(templateOf(kind, object).spec);
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
    containers: [...readContainers(podSpec.initContainers, true), ...readContainers(podSpec.containers, false)],
    replicas: wantedPods(kind, spec, status),
    readyReplicas: kind.readyField === undefined ? 0 : numberField(status[kind.readyField], 0),
    conditions: readConditions(status.conditions),
    observed: (observedGeneration(object) ?? generation) >= generation,
  };
}

/** The newest generation that the controller has seen, if it says so; some write it as a text. */
export function observedGeneration({ status }: KubeObject): number | undefined {
  const observed = objectField(status).observedGeneration;
  const number = typeof observed === 'string' ? Number.parseInt(observed, 10) : observed;
  return typeof number === 'number' && !Number.isNaN(number) ? number : undefined;
}

/** The pod template inside a workload's object; an empty object when it has none. */
export function templateOf(kind: WorkloadKind, object: KubeObject): JsonObject {
  return kind.templatePath.reduce<JsonObject>((parent, key) => objectField(parent[key]), object);
}

function wantedPods(kind: WorkloadKind, spec: JsonObject, status: JsonObject): number {
  if (kind.wantedField !== undefined) return numberField(status[kind.wantedField], 0);
  return kind.readyField === undefined ? 0 : numberField(spec.replicas, 1);
}

function readContainers(containers: Json | undefined, init: boolean): TemplateContainer[] {
  return objectsField(containers).map((container) => ({
    name: textField(container.name) ?? '',
    image: textField(container.image) ?? '',
    init: init && container.restartPolicy !== 'Always',
    command: textsField(container.command),
    args: textsField(container.args),
    workingDir: textField(container.workingDir),
    ports: objectsField(container.ports).flatMap(readPort),
    envNames: objectsField(container.env).flatMap(({ name }) => textField(name) ?? []),
  }));
}

function readPort({ name, containerPort, protocol }: JsonObject): ContainerPort[] {
  if (typeof containerPort !== 'number') return [];
  return [{ name: textField(name), number: containerPort, protocol: textField(protocol) ?? 'TCP' }];
}
