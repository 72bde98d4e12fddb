import type { Json, JsonObject } from '../../base/json.ts';

/** What a URL of the Kubernetes API is made of. `group` is '' for the core group. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  /** Lower-case plural, as in URLs: `deployments`. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

function type(group: string, kind: string, plural: string, namespaced = true): ResourceType {
  return { group, version: 'v1', plural, kind, namespaced };
}

/** The built-in types that Podloop names. */
export const types = {
  namespace: type('', 'Namespace', 'namespaces', false),
  pod: type('', 'Pod', 'pods'),
  event: type('', 'Event', 'events'),
  service: type('', 'Service', 'services'),
  secret: type('', 'Secret', 'secrets'),
  configMap: type('', 'ConfigMap', 'configmaps'),
  deployment: type('apps', 'Deployment', 'deployments'),
  replicaSet: type('apps', 'ReplicaSet', 'replicasets'),
  statefulSet: type('apps', 'StatefulSet', 'statefulsets'),
  daemonSet: type('apps', 'DaemonSet', 'daemonsets'),
  controllerRevision: type('apps', 'ControllerRevision', 'controllerrevisions'),
  job: type('batch', 'Job', 'jobs'),
  cronJob: type('batch', 'CronJob', 'cronjobs'),
} as const;

/** Names one object. `namespace` is absent for cluster-scoped types. */
export interface ObjectRef {
  readonly type: ResourceType;
  readonly namespace?: string;
  readonly name: string;
}

export interface ObjectMeta extends JsonObject {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
  readonly ownerReferences?: readonly { readonly [key: string]: Json }[];
}

/** An object as the API server sends it; everything but `metadata` is read through typed readers. */
export interface KubeObject extends JsonObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

/** `apps/v1` or `v1`. */
export function apiVersionOf(resource: ResourceType): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** `Deployment web in namespace shop`: how messages name an object. */
export function describeRef(ref: ObjectRef): string {
  const place = ref.namespace === undefined ? '' : ` in namespace ${ref.namespace}`;
  return `${ref.type.kind} ${ref.name}${place}`;
}
