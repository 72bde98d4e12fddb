import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JsonObject } from '../../../src/base/json.ts';
import { localPath } from '../../../src/base/paths.ts';
import { defaultShape } from '../../../src/config/devShape.ts';
import type { CustomKind } from '../../../src/session/core/state.ts';
import type { DevSession } from '../../../src/session/devSession.ts';
import { startSession } from '../../../src/session/openSession.ts';
import type { SessionDeps, StartRequest } from '../../../src/session/sessionDeps.ts';
import { connectTestCluster, type TestCluster, type TestNamespace } from '../../cluster/fixture.ts';
import { until } from '../../machine/until.ts';
import { benchMachine, devConfig, nodeImage, type ServerObject, withoutServerFields } from '../session/sessionBench.ts';

/** A namespace for workloads of any kind, and machines that develop them with whole sessions. */
export interface KindBench {
  readonly test: TestCluster;
  readonly namespace: TestNamespace;
  kubectl(...args: string[]): Promise<string>;
  machine(host: string): SessionDeps;
  request(kind: string, name: string, config?: Partial<StartRequest['config']>): StartRequest;
  start(kind: string, name: string, host?: string): Promise<DevSession>;
  /** Edits the program in the synced folder of a session and sees the edit served by the pod. */
  seeEditServed(session: DevSession, text: string): Promise<void>;
  /** An object, without what Kubernetes itself writes. */
  read(kind: string, name: string): Promise<unknown>;
  /** Every object of the namespace as `kind/name`, but for pods, endpoints and events, which come and go. */
  objects(): Promise<readonly string[]>;
  /** Dev pods with a label `app` of this value. */
  devPods(app: string): Promise<string>;
  dispose(): Promise<void>;
}

/** `custom` are the kinds that only this bench tells of, by their id. */
export async function kindBench(
  options: Parameters<TestCluster['createNamespace']>[0] & { custom?: Readonly<Record<string, CustomKind>> } = {},
): Promise<KindBench> {
  const test = await connectTestCluster();
  const namespace = await test.createNamespace({ podSecurity: 'restricted', ...options });
  const base = await mkdtemp(path.join(tmpdir(), 'podloop-kinds-'));
  const { kubeconfig, context } = test;
  const place = { kubeconfig, context, namespace: namespace.name, base };
  const kubectl = (...args: string[]): Promise<string> => test.kubectl(['-n', namespace.name, ...args]);
  const types = (await test.kubectl(['api-resources', '--namespaced', '--verbs=list', '-o', 'name']))
    .trim()
    .split('\n');
  const passing = /^(pods|events|endpoints|endpointslices|leases|podmetrics)(\.|$)/;
  const bench: KindBench = {
    test,
    namespace,
    kubectl,
    machine: (host) => benchMachine(place, host),
    request: (kind, name, config = {}) => ({
      workload: { context, namespace: namespace.name, kind, name, custom: options.custom?.[kind] },
      container: 'web',
      folder: localPath(path.join(base, `${kind}-${name}`)),
      config: { ...devConfig, ...config },
      shape: defaultShape,
    }),
    async start(kind, name, host = 'laptop') {
      const request = bench.request(kind, name);
      await mkdir(request.folder, { recursive: true });
      await writeFile(path.join(request.folder, 'server.mjs'), server('first'));
      return startSession(bench.machine(host), request, AbortSignal.timeout(90_000), () => {});
    },
    async seeEditServed(session, text) {
      const { local } = await session.forward(8080, 0);
      const command = await session.run('run', { columns: 80, rows: 24 }, AbortSignal.timeout(30_000));
      await writeFile(path.join(session.state.folder, 'server.mjs'), server(text));
      const answer = async (): Promise<string> => (await fetch(`http://127.0.0.1:${local}/`)).text();
      await until('the edit is served', async () => (await answer().catch(() => '')) === `${text} hello`);
      await command.stop();
    },
    async read(kind, name) {
      return withoutServerFields(JSON.parse(await kubectl('get', kind, name, '-o', 'json')) as ServerObject);
    },
    async objects() {
      const wanted = types.filter((type) => !passing.test(type)).join(',');
      return (await kubectl('get', wanted, '-o', 'name', '--ignore-not-found')).trim().split('\n').sort();
    },
    devPods: (app) => kubectl('get', 'pods', '-l', `podloop.dev/session,app=${app}`, '-o', 'name'),
    async dispose() {
      await namespace.dispose();
      test.dispose();
      await rm(base, { recursive: true, force: true });
    },
  };
  return bench;
}

/** A pod template labelled `app: NAME` whose program answers on port 8080; clean under PodSecurity `restricted`. */
export function podTemplate(app: string, pod: JsonObject = {}): JsonObject {
  return {
    metadata: { labels: { app } },
    spec: {
      terminationGracePeriodSeconds: 5,
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'web',
          image: nodeImage,
          command: ['node', '-e', serve],
          ports: [{ containerPort: 8080 }],
          env: [{ name: 'GREETING', value: 'hello' }],
          readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
          resources: { requests: { cpu: '5m', memory: '32Mi' } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
      ...pod,
    },
  };
}

/**
 * Starts develop on a workload, sees an edit served, ends, and finds everything of it as it was. `resource` is what
 * kubectl calls its kind.
 */
export async function wholeLoop(bench: KindBench, kind: string, name: string, resource = kind): Promise<void> {
  const own = async (): Promise<readonly string[]> =>
    (await bench.objects()).filter((object) => object.includes(`/${name}`));
  const [original, before] = [await bench.read(resource, name), await own()];
  const session = await bench.start(kind, name);
  try {
    await bench.seeEditServed(session, `${kind} ${name}`);
    const { keptChanges, unfinished } = await session.end(AbortSignal.timeout(60_000));
    assert.deepEqual({ keptChanges, unfinished }, { keptChanges: [], unfinished: undefined });
  } finally {
    await session.detach();
  }
  assert.deepEqual(await bench.read(resource, name), original);
  assert.deepEqual(await own(), before);
  assert.equal(await bench.devPods(name), '');
}

const serve =
  "require('http').createServer((q, s) => s.end('original')).listen(8080); process.on('SIGTERM', () => process.exit())";

function server(text: string): string {
  return `import http from 'node:http';\nhttp.createServer((q, s) => s.end('${text} ' + process.env.GREETING)).listen(8080);\n`;
}
