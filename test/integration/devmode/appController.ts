import { createHash } from 'node:crypto';
import { type Disposable, DisposableStore } from '../../../src/base/disposable.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import { objectField } from '../../../src/cluster/core/fields.ts';
import { type KubeObject, type ResourceType, types } from '../../../src/cluster/core/objects.ts';

const hashLabel = 'template-hash';

/** The CRD of a kind whose pod template is at `spec.workload.podTemplate`. */
export function appDefinition({ group, version, plural, kind }: ResourceType): JsonObject {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}

/** Keeps one pod of its template for each object of the type in a namespace, and replaces pods of older templates. */
export function runAppController(cluster: Cluster, type: ResourceType, namespace: string): Disposable {
  const store = new DisposableStore();
  let apps: readonly KubeObject[] = [];
  let pods: readonly KubeObject[] | undefined;
  const signal = AbortSignal.timeout(600_000);
  const reconcile = (): void => {
    if (pods === undefined || store.isDisposed) return;
    for (const app of apps) {
      const template = objectField(objectField(objectField(app.spec).workload).podTemplate);
      const hash = createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 10);
      const own = pods.filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid === app.metadata.uid);
      for (const { metadata } of own) {
        if (metadata.labels?.[hashLabel] === hash || metadata.deletionTimestamp !== undefined) continue;
        // A pod that is gone, or made, already is what is wanted.
        cluster.delete({ type: types.pod, namespace, name: metadata.name }, signal).catch(() => {});
      }
      const name = `${app.metadata.name}-${hash}`;
      if (own.some(({ metadata }) => metadata.name === name)) continue;
      const { metadata, spec } = template;
      const owner = { apiVersion: `${type.group}/${type.version}`, kind: type.kind, name: app.metadata.name };
      const ownerReferences = [{ ...owner, uid: app.metadata.uid ?? '', controller: true }];
      const labels = { ...objectField(objectField(metadata).labels), [hashLabel]: hash };
      const pod = { metadata: { ...objectField(metadata), name, namespace, labels, ownerReferences }, spec };
      cluster.create(types.pod, pod as KubeObject, signal).catch(() => {});
    }
  };
  store.add(
    cluster.watch(type, { namespace }, (state) => {
      if (state.kind === 'live') apps = state.items;
      reconcile();
    }),
  );
  store.add(
    cluster.watch(types.pod, { namespace }, (state) => {
      if (state.kind === 'live') pods = state.items;
      reconcile();
    }),
  );
  return store;
}
