import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Log } from '../../../src/base/log.ts';
import { type LocalPath, localPath, remotePath } from '../../../src/base/paths.ts';
import { systemScheduler } from '../../../src/base/scheduler.ts';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import { openKubeCluster } from '../../../src/cluster/kubeCluster.ts';
import { readKubeconfigs } from '../../../src/cluster/kubeconfigs.ts';
import type { DevConfig } from '../../../src/config/devConfig.ts';
import { defaultShape } from '../../../src/config/devShape.ts';
import type { SessionState } from '../../../src/session/core/state.ts';
import type { DevSession } from '../../../src/session/devSession.ts';
import type { SessionDeps, StartRequest } from '../../../src/session/sessionDeps.ts';
import { connectTestCluster, type TestCluster, type TestNamespace } from '../../cluster/fixture.ts';
import { until } from '../../machine/until.ts';

/** An image with Node and a shell that every test cluster has. */
export const nodeImage = 'docker.io/podloop/sidecar:0.1.0';

/** A cluster, a namespace with a web server in it, a folder, and one machine to develop it on. */
export interface SessionBench {
  readonly cluster: TestCluster;
  readonly namespace: TestNamespace;
  readonly folder: LocalPath;
  /** What a session needs, as if on a machine called `host`; each name has a state folder of its own. */
  machine(host: string): SessionDeps;
  request(config?: Partial<DevConfig>): StartRequest;
  openCluster(kubeconfig?: string): Promise<Cluster>;
  /** The Deployment, without what Kubernetes itself writes into it. */
  workload(): Promise<unknown>;
  /** Where the bench is, for another process that is to act as one of its machines. */
  readonly place: BenchPlace;
  dispose(): Promise<void>;
}

/** What another process needs to act as a machine of a bench, as plain data. */
export interface BenchPlace {
  readonly kubeconfig: string;
  readonly context: string;
  readonly namespace: string;
  /** Holds the folder and the machines' state folders. */
  readonly base: string;
}

/** Opens the context of a bench, as its own user or as that of another kubeconfig. */
export async function openBenchCluster({
  kubeconfig,
  context: wanted,
}: Pick<BenchPlace, 'kubeconfig' | 'context'>): Promise<Cluster> {
  const { contexts } = await readKubeconfigs({ standard: [kubeconfig], named: true, added: [] });
  const context = contexts.find(({ name }) => name === wanted);
  if (context === undefined) throw new Error(`No context ${wanted} in ${kubeconfig}.`);
  return openKubeCluster({ context, scheduler: systemScheduler, log: testLog });
}

/** What a session needs, as if on a machine called `host`; each name has a state folder of its own. */
export function benchMachine(place: BenchPlace, host: string): SessionDeps {
  return {
    openCluster: () => openBenchCluster(place),
    stateDir: localPath(path.join(place.base, `state-${host}`)),
    developer: { user: 'alice', host, installation: `installation-of-${host}` },
    sidecarImage: 'docker.io/podloop/sidecar:0.1.0',
    podloopVersion: '0.1.0',
    scheduler: systemScheduler,
    log: testLog,
  };
}

/** Start Develop of the bench's Deployment on its folder. */
export function benchRequest({ context, namespace, base }: BenchPlace, config: Partial<DevConfig> = {}): StartRequest {
  return {
    workload: { context, namespace, kind: 'Deployment', name: 'web' },
    container: 'web',
    folder: localPath(path.join(base, 'folder')),
    config: { ...devConfig, ...config },
    shape: defaultShape,
  };
}

/** Makes the bench: the Deployment `web` answers on port 8080 with "original". */
export async function sessionBench(): Promise<SessionBench> {
  const cluster = await connectTestCluster();
  const namespace = await cluster.createNamespace({ podSecurity: 'restricted' });
  const base = await mkdtemp(path.join(tmpdir(), 'podloop-session-'));
  await cluster.apply(namespace.name, webDeployment);
  await cluster.kubectl(['rollout', 'status', 'deployment/web', '-n', namespace.name, '--timeout=120s']);

  const { kubeconfig, context } = cluster;
  const place = { kubeconfig, context, namespace: namespace.name, base };
  return {
    cluster,
    namespace,
    folder: benchRequest(place).folder,
    place,
    openCluster: (kubeconfig = place.kubeconfig) => openBenchCluster({ ...place, kubeconfig }),
    machine: (host) => benchMachine(place, host),
    request: (config = {}) => benchRequest(place, config),
    async workload() {
      const text = await cluster.kubectl(['get', 'deployment', 'web', '-n', namespace.name, '-o', 'json']);
      return withoutServerFields(JSON.parse(text) as ServerObject);
    },
    async dispose() {
      await namespace.dispose();
      cluster.dispose();
      await rm(base, { recursive: true, force: true });
    },
  };
}

/** Every object of the namespace that could be ours, as `kind/name`; pods come and go by themselves. */
export async function objectsIn(bench: SessionBench): Promise<string[]> {
  const kinds =
    'deployments,replicasets,secrets,configmaps,services,serviceaccounts,roles,rolebindings,persistentvolumeclaims';
  const listed = await bench.cluster.kubectl(['get', kinds, '-n', bench.namespace.name, '-o', 'name']);
  return listed
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

/** Waits until the session is active and everything local is in the pod. */
export async function untilInSync(session: DevSession, deadline = 60_000): Promise<void> {
  await until(
    'the session is in sync',
    () => {
      const { phase } = session.state;
      if (phase.kind === 'ended') throw new Error('The session has ended.', { cause: phase.error });
      return phase.kind === 'active' && phase.sync.kind === 'inSync';
    },
    deadline,
  );
}

/** Resolves at the next state that holds, however short it lasts: asking now and then would miss it. */
export function whenState(
  session: DevSession,
  what: string,
  holds: (state: SessionState) => boolean,
  deadline = 30_000,
): Promise<SessionState> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      subscription.dispose();
      reject(new Error(`Waited ${deadline / 1000} s in vain until ${what}.`));
    }, deadline);
    const subscription = session.onState((state) => {
      if (!holds(state)) return;
      clearTimeout(late);
      subscription.dispose();
      resolve(state);
    });
  });
}

/** Waits until a command in the dev pod prints what is expected. */
export async function untilInPod(bench: SessionBench, command: readonly string[], expected: string): Promise<void> {
  await until(`${command.join(' ')} prints ${JSON.stringify(expected)} in the pod`, async () => {
    const output = await bench.cluster
      .kubectl(['exec', '-n', bench.namespace.name, 'deployment/web', '-c', 'web', '--', ...command])
      .catch(() => undefined);
    return output === expected;
  });
}

/** Shows warnings, and all else on request. */
export const testLog: Log = {
  debug: (message, data) => {
    if (process.env.PODLOOP_TEST_LOG !== undefined) console.log('debug', message, data ?? '');
  },
  info: (message, data) => {
    if (process.env.PODLOOP_TEST_LOG !== undefined) console.log('info', message, data ?? '');
  },
  warn: (message, data) => {
    console.log('warn', message, data ?? '');
  },
  error: (message, data) => {
    console.log('error', message, data ?? '');
  },
};

/** What the tests' sessions are started with. */
export const devConfig: DevConfig = {
  image: nodeImage,
  language: 'node',
  workDir: remotePath('/app'),
  shell: ['sh'],
  run: 'node server.mjs',
  debug: 'node --inspect=127.0.0.1:9229 server.mjs',
  debugPort: 9229,
  restartOnSync: true,
  ports: [{ remote: 8080, local: 0 }],
  ignore: [],
  sync: { mode: 'push', pull: [] },
};

const serve =
  "require('http').createServer((q, s) => s.end('original')).listen(8080); process.on('SIGTERM', () => process.exit())";
const webDeployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', annotations: { note: 'of its owner' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'web',
            image: nodeImage,
            command: ['node', '-e', serve],
            ports: [{ containerPort: 8080 }],
            env: [{ name: 'GREETING', value: 'hello' }],
            readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
            livenessProbe: { httpGet: { path: '/', port: 8080 } },
            resources: { requests: { cpu: '10m', memory: '32Mi' } },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    },
  },
};

/** An object as kubectl prints it. */
export interface ServerObject {
  readonly metadata: Readonly<Record<string, unknown>> & { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: unknown;
}

const counters = ['deployment.kubernetes.io/revision', 'deprecated.daemonset.template.generation'];

/** Drops status, counters and the revision, which Kubernetes itself writes at every rollout. */
export function withoutServerFields(object: ServerObject): unknown {
  const dropped = ['resourceVersion', 'generation', 'managedFields'];
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([key]) => !dropped.includes(key)));
  const annotations = Object.entries(object.metadata.annotations ?? {});
  const kept = annotations.filter(([key]) => !counters.includes(key));
  return { metadata: { ...metadata, annotations: Object.fromEntries(kept) }, spec: object.spec };
}
