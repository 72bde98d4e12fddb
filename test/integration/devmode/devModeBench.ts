import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../src/base/json.ts';
import { silentLog } from '../../../src/base/log.ts';
import { remotePath } from '../../../src/base/paths.ts';
import { systemScheduler } from '../../../src/base/scheduler.ts';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import { type KubeObject, type ObjectRef, types } from '../../../src/cluster/core/objects.ts';
import { defaultShape } from '../../../src/config/devShape.ts';
import { openKubeCluster } from '../../../src/cluster/kubeCluster.ts';
import { readKubeconfigs } from '../../../src/cluster/kubeconfigs.ts';
import { endDevMode, type EndOptions, type EndResult } from '../../../src/devmode/endDevMode.ts';
import {
  type DevModeRequest,
  startDevMode,
  type StartedDevMode,
  type StartOptions,
} from '../../../src/devmode/startDevMode.ts';
import { connectTestCluster, type TestCluster, type TestNamespace } from '../../cluster/fixture.ts';

/** An image with Node and a shell that every test cluster has; it serves as program and as dev image. */
export const nodeImage = 'docker.io/podloop/dev-node:24';

/** A cluster and a namespace of its own for tests of dev mode. */
export interface DevModeBench {
  readonly test: TestCluster;
  readonly namespace: TestNamespace;
  readonly cluster: Cluster;
  readonly web: ObjectRef;
  kubectl(...args: string[]): Promise<string>;
  openCluster(kubeconfig?: string): Promise<Cluster>;
  /**
   * Makes Deployment `web` anew with these differences and waits until it runs. Pods of earlier ones may still be on
   * their way out; the label `app` is another each time.
   */
  deploy(differences?: Differences): Promise<void>;
  start(
    request?: Partial<DevModeRequest>,
    options?: Partial<StartOptions> & { cluster?: Cluster },
  ): Promise<StartedDevMode>;
  end(options?: Partial<EndOptions>): Promise<EndResult>;
  /** The Deployment as its server has it; fails the test when there is none. */
  read(): Promise<KubeObject>;
  dispose(): Promise<void>;
}

/** What a Deployment of the tests has besides the usual. */
export interface Differences {
  readonly spec?: JsonObject;
  readonly pod?: JsonObject;
  readonly container?: JsonObject;
}

export async function devModeBench(options: Parameters<TestCluster['createNamespace']>[0] = {}): Promise<DevModeBench> {
  const test = await connectTestCluster();
  const namespace = await test.createNamespace(options);
  const open: Cluster[] = [];
  const openCluster = async (kubeconfig = test.kubeconfig): Promise<Cluster> => {
    const { contexts } = await readKubeconfigs({ standard: [kubeconfig], named: true, added: [] });
    const context = contexts.find(({ name }) => name === test.context);
    assert.ok(context, `no context ${test.context} in ${kubeconfig}`);
    const opened = openKubeCluster({ context, scheduler: systemScheduler, log: silentLog });
    open.push(opened);
    return opened;
  };
  const cluster = await openCluster();
  let deployed = 0;
  const web: ObjectRef = { type: types.deployment, namespace: namespace.name, name: 'web' };
  const kubectl = (...args: string[]): Promise<string> => test.kubectl(['-n', namespace.name, ...args]);
  const common = { scheduler: systemScheduler, log: silentLog };
  return {
    test,
    namespace,
    cluster,
    web,
    kubectl,
    openCluster,
    async deploy(differences) {
      await kubectl('delete', 'deployment', '--all');
      deployed += 1;
      await test.apply(namespace.name, webDeployment(`web-${deployed}`, differences));
      await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    },
    start: (request, { cluster: other = cluster, ...options } = {}) =>
      startDevMode(other, web, devModeRequest(request), {
        ...common,
        signal: new AbortController().signal,
        onStep: () => {},
        ...options,
      }),
    end: (options) => endDevMode(cluster, web, { ...common, signal: AbortSignal.timeout(60_000), ...options }),
    async read() {
      const object = await cluster.get(web, new AbortController().signal);
      assert.ok(object);
      return object;
    },
    async dispose() {
      for (const one of open) one.dispose();
      await namespace.dispose();
      test.dispose();
    },
  };
}

/** The cluster with some of its methods replaced. */
export function overriding(cluster: Cluster, methods: Partial<Cluster>): Cluster {
  return new Proxy(cluster, {
    get(target, key) {
      const value: unknown = Reflect.get(key in methods ? methods : target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** A request for container `web`, with these differences. */
export function devModeRequest(differences: Partial<DevModeRequest> = {}): DevModeRequest {
  return {
    session: randomUUID(),
    developer: { user: 'ada', host: 'laptop', installation: 'i1' },
    since: '2026-01-02T03:04:05.000Z',
    container: 'web',
    image: nodeImage,
    workDir: remotePath('/app'),
    shape: { ...defaultShape, env: { DEBUG: '1' } },
    sidecar: {
      image: 'docker.io/podloop/sidecar:0.1.0',
      port: 41_234,
      tokenHash: '0000000000000000000000000000000000000000000000000000000000000000',
    },
    podloop: '0.1.0',
    ...differences,
  };
}

/** What dev mode must bring back: the spec, and all metadata but the server's own bookkeeping. */
export function ownFields({ spec, metadata }: KubeObject): JsonObject {
  const { labels, annotations } = metadata;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !key.startsWith('deployment.kubernetes.io/'));
  return { spec, labels, annotations: Object.fromEntries(kept) };
}

/** Names of objects of the namespace that carry anything of dev mode. */
export async function remains(bench: DevModeBench): Promise<string[]> {
  const app = (await bench.read()).metadata.labels?.app;
  const text = await bench.kubectl('get', 'deployments,replicasets,pods,configmaps,secrets,services', '-o', 'json');
  const { items } = JSON.parse(text) as { items: KubeObject[] };
  return items
    .filter((item) => JSON.stringify(item).includes('podloop.dev/') || JSON.stringify(item).includes('podloop-'))
    .filter(({ kind, metadata }) => kind !== 'Pod' || metadata.labels?.app === app)
    .map(({ kind, metadata }) => `${kind ?? ''}/${metadata.name}`);
}

/** An idle program that ends at once on TERM. */
const program = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done'];

function webDeployment(app: string, { spec, pod, container }: Differences = {}): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: { app } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { app } },
        spec: {
          terminationGracePeriodSeconds: 5,
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, runAsUser: 1234, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'web',
              image: nodeImage,
              command: program,
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
              ...container,
            },
          ],
          ...pod,
        },
      },
      ...spec,
    },
  };
}
