import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectTestCluster, type TestCluster, type TestNamespace } from '../../cluster/fixture.ts';

const server = "require('http').createServer((q, r) => r.end('hello')).listen(8080)";
const ask = (url: string): readonly string[] => [
  'node',
  '-e',
  `fetch('${url}').then((r) => r.text()).then((text) => console.log(text))`,
];
const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 12345,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** What the product's tests take for granted of the cluster that they run on. */
describe('the test cluster', () => {
  let cluster: TestCluster;
  let namespace: TestNamespace;
  const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl(['-n', namespace.name, ...args]);
  const inPod = async (...command: readonly string[]): Promise<string> =>
    (await kubectl('exec', 'deployment/hello', '-c', 'hello', '--', ...command)).trim();

  before(async () => {
    cluster = await connectTestCluster();
    namespace = await cluster.createNamespace({ podSecurity: 'restricted', quota: { pods: '3' } });
    const image = 'docker.io/library/node:24-trixie-slim';
    const labels = { app: 'hello' };
    const hello = {
      name: 'hello',
      image,
      command: ['node', '-e', server],
      securityContext: restricted,
      resources: { limits: { memory: '128Mi', cpu: '500m' } },
      readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 },
    };
    const beside = {
      name: 'beside',
      image,
      command: ['sleep', '1000'],
      securityContext: restricted,
      restartPolicy: 'Always',
    };
    const spec = { initContainers: [beside], containers: [hello], terminationGracePeriodSeconds: 1 };
    await cluster.apply(
      namespace.name,
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'hello' },
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'hello' },
        spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
      },
    );
    await kubectl('rollout', 'status', 'deployment/hello', '--timeout=60s');
  });
  after(async () => {
    await namespace.dispose();
    cluster.dispose();
  });

  test('a pod reaches its own Service by name', async () => {
    assert.equal(await inPod(...ask('http://hello')), 'hello');
    assert.equal(await inPod(...ask(`http://hello.${namespace.name}.svc.cluster.local`)), 'hello');
  });

  test('a pod sees its memory limit', async () => {
    const file = await inPod(
      'sh',
      '-c',
      'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>&-; true',
    );
    assert.equal(file, String(128 * 1024 * 1024));
  });

  test('a pod’s service account gets the rights of its token', async () => {
    const token = '/var/run/secrets/kubernetes.io/serviceaccount';
    const request = `fetch('https://kubernetes.default.svc/api/v1/namespaces/${namespace.name}/pods', { headers: {
      authorization: 'Bearer ' + require('fs').readFileSync('${token}/token', 'utf8') } }).then((r) => console.log(r.status))`;
    const env = ['env', `NODE_EXTRA_CA_CERTS=${token}/ca.crt`];
    assert.equal(await inPod(...env, 'node', '-e', request), '403');
  });

  test('a native sidecar starts before and runs beside', async () => {
    const status = await kubectl('get', 'pods', '-l', 'app=hello', '-o', 'jsonpath={..initContainerStatuses[0].ready}');
    assert.equal(status, 'true');
  });

  test('PodSecurity and quota are enforced', async () => {
    const run = (name: string, ...options: readonly string[]): Promise<string> =>
      kubectl('run', name, '--image=docker.io/library/debian:trixie-slim', ...options);
    await assert.rejects(run('careless'), /violates PodSecurity "restricted/);
    const careful = JSON.stringify({
      spec: { containers: [{ name: 'c', image: 'localhost/podloop/pause:1', securityContext: restricted }] },
    });
    for (const name of ['a', 'b']) await run(name, `--overrides=${careful}`);
    await assert.rejects(run('c', `--overrides=${careful}`), /exceeded quota/);
  });
});
