import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { UserError } from '../../../src/base/errors.ts';
import { remotePath } from '../../../src/base/paths.ts';
import type { RbacRule } from '../../cluster/fixture.ts';
import { type DevModeBench, devModeBench, overriding, ownFields, remains } from './devModeBench.ts';

const limits = { limits: { cpu: '100m', memory: '64Mi' } };
const basicRules: readonly RbacRule[] = [
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch', 'patch'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods/exec'], verbs: ['get', 'create'] },
];
const forwardRule: RbacRule = { apiGroups: [''], resources: ['pods/portforward'], verbs: ['get', 'create'] };

describe('a start that meets trouble in the cluster puts everything back', { timeout: 300_000, concurrency: 2 }, () => {
  const benches: DevModeBench[] = [];
  after(() => Promise.all(benches.map((bench) => bench.dispose())));

  /** These tests wait for the cluster most of the time, so each has a namespace of its own and they run at once. */
  async function newBench(): Promise<DevModeBench> {
    const bench = await devModeBench();
    benches.push(bench);
    return bench;
  }

  it('when the image cannot be pulled', async (context) => {
    const bench = await newBench();
    await bench.deploy();
    const error = await failing(bench, () => bench.start({ image: 'localhost:5/missing:1' }));
    assert.equal(error.code, 'devmode.image-pull');
    assert.match(
      error.message,
      /^Container web of pod web-\S+ in namespace \S+ cannot pull image localhost:5\/missing:1: /,
    );
    context.diagnostic(`${error.took} ms: ${error.message}`);
    assert.ok(error.took < 45_000);
  });

  it('when no node takes the pod', async (context) => {
    const bench = await newBench();
    const alone = {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          labelSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] },
          topologyKey: 'kubernetes.io/hostname',
        },
      ],
    };
    await bench.deploy({ pod: { affinity: { podAntiAffinity: alone } } });
    const error = await failing(bench, () => bench.start());
    assert.equal(error.code, 'devmode.unschedulable');
    assert.match(error.message, /finds no node: 0\/1 nodes are available/);
    context.diagnostic(`${error.took} ms: ${error.message}`);
    assert.ok(error.took < 45_000);
  });

  it('when the quota is used up', async (context) => {
    const bench = await newBench();
    await bench.test.apply(bench.namespace.name, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'small' },
      spec: { hard: { 'limits.cpu': '300m' } },
    });
    await bench.deploy({ container: { resources: limits } });
    const error = await failing(bench, () => bench.start());
    assert.equal(error.code, 'devmode.quota');
    assert.match(
      error.message,
      /^The cluster refuses the dev pod of Deployment web in namespace \S+: exceeded quota: small/,
    );
    context.diagnostic(`${error.took} ms: ${error.message}`);
    assert.ok(error.took < 45_000);
  });

  it('when the container crashes, with what it said', async (context) => {
    const bench = await newBench();
    await bench.deploy({ container: { securityContext: {} } });
    // An image without a shell.
    const error = await failing(bench, () => bench.start({ image: 'localhost/podloop/pause:1' }));
    assert.match(error.code, /^devmode\.(crash|container-create)$/);
    assert.match(error.message, /Container web of pod .* exec.* "sh"/);
    context.diagnostic(`${error.took} ms: ${error.message}`);
  });

  it('when an init container fails, with its last output', async (context) => {
    const bench = await newBench();
    await bench.deploy();
    const migrate = {
      name: 'migrate',
      image: 'docker.io/podloop/dev-node:24',
      command: ['sh', '-c', 'echo no database; exit 3'],
    };
    const spec = {
      strategy: { type: 'Recreate', rollingUpdate: null },
      template: { spec: { initContainers: [migrate] } },
    };
    await bench.kubectl('patch', 'deployment', 'web', '--type=merge', '-p', JSON.stringify({ spec }));
    const error = await failing(bench, () => bench.start());
    assert.equal(error.code, 'devmode.crash');
    assert.match(error.message, /^Init container migrate .* exit code 3.* no database/);
    context.diagnostic(`${error.took} ms: ${error.message}`);
  });
});

/** What was done in the middle of a start; it must have worked. */
const acts: Promise<unknown>[] = [];

describe('a start that fails puts everything back', { timeout: 300_000 }, () => {
  let bench: DevModeBench;
  before(async () => {
    bench = await devModeBench();
  });
  after(() => bench.dispose());
  beforeEach(async () => {
    await bench.kubectl('delete', 'resourcequota,limitrange', '--all');
  });

  afterEach(() => Promise.all(acts.splice(0)));

  it('when PodSecurity refuses, before anything is changed', async (context) => {
    await bench.deploy({ container: { securityContext: {} } });
    await bench.test.kubectl([
      'label',
      'namespace',
      bench.namespace.name,
      'pod-security.kubernetes.io/enforce=restricted',
    ]);
    try {
      const { metadata } = await bench.read();
      const error = await failing(bench, () => bench.start());
      assert.equal(error.code, 'devmode.pod-security');
      assert.match(
        error.message,
        /violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(container "web"/,
      );
      assert.equal((await bench.read()).metadata.generation, metadata.generation);
      context.diagnostic(`${error.took} ms: ${error.message}`);

      // Without the right to ask beforehand, the replica set says the same.
      const rights = [
        ...basicRules,
        forwardRule,
        { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['get', 'list', 'watch', 'delete'] },
      ];
      const cluster = await bench.openCluster(await bench.test.restrictedKubeconfig(bench.namespace.name, rights));
      const later = await failing(bench, () => bench.start({}, { cluster }));
      assert.equal(later.code, 'devmode.pod-security');
      context.diagnostic(`${later.took} ms: ${later.message}`);
    } finally {
      await bench.test.kubectl(['label', 'namespace', bench.namespace.name, 'pod-security.kubernetes.io/enforce-']);
    }
  });

  it('when a right is missing, before anything is changed', async () => {
    await bench.deploy();
    const { metadata } = await bench.read();
    const cluster = await bench.openCluster(await bench.test.restrictedKubeconfig(bench.namespace.name, basicRules));
    const error = await failing(bench, () => bench.start({}, { cluster }));
    assert.equal(error.code, 'devmode.forbidden');
    assert.match(error.message, /needs the right to get pods\/portforward in namespace/);
    assert.match(error.next ?? '', /apiGroups: \[""\], resources: \["pods\/portforward"\]/);
    assert.equal((await bench.read()).metadata.generation, metadata.generation);
  });

  it('works with exactly the rights that it asks for', async () => {
    await bench.deploy();
    const original = await bench.read();
    const kubeconfig = await bench.test.restrictedKubeconfig(bench.namespace.name, [...basicRules, forwardRule]);
    const cluster = await bench.openCluster(kubeconfig);
    const { pod } = await bench.start({}, { cluster });
    assert.match(pod, /^web-/);
    assert.equal((await bench.end()).outcome, 'restored');
    assert.deepEqual(ownFields(await bench.read()), ownFields(original));
  });

  it('when an autoscaler keeps several pods', async () => {
    await bench.deploy();
    await bench.kubectl('autoscale', 'deployment', 'web', '--min=2', '--max=3', '--cpu=50%');
    const error = await failing(bench, () => bench.start());
    await bench.kubectl('delete', 'hpa', 'web');
    assert.equal(error.code, 'devmode.autoscaled');
    assert.match(error.message, /^HorizontalPodAutoscaler web keeps more than one pod/);
  });

  it('when the request does not fit the workload', async () => {
    await bench.deploy();
    assert.equal((await failing(bench, () => bench.start({ container: 'api' }))).code, 'devmode.no-container');
    assert.equal((await failing(bench, () => bench.start({ workDir: remotePath('/usr') }))).code, 'devmode.work-dir');
    await bench.kubectl('rollout', 'pause', 'deployment/web');
    assert.equal((await failing(bench, () => bench.start())).code, 'devmode.paused');
  });

  it('when the workload is deleted or put back by somebody else meanwhile', async () => {
    await bench.deploy();
    const undone = failing(bench, () =>
      bench.start(
        { image: 'localhost:5/missing:1' },
        { onStep: once('pull', () => bench.kubectl('rollout', 'undo', 'deployment/web')) },
      ),
    );
    assert.equal((await undone).code, 'devmode.reverted');
    const started = bench.start(
      { image: 'localhost:5/missing:1' },
      { onStep: once('schedule', () => bench.kubectl('delete', 'deployment', 'web')) },
    );
    await assert.rejects(started, { code: 'devmode.gone' });
  });

  for (const step of ['check', 'patch', 'schedule', 'pull', 'containers'] as const) {
    it(`when it is cancelled at step ${step}`, async () => {
      await bench.deploy({ spec: { replicas: 2 } });
      const original = await bench.read();
      const abort = new AbortController();
      const started = bench.start({}, { signal: abort.signal, onStep: once(step, () => abort.abort()) });
      await assert.rejects(started, { name: 'AbortError' });
      assert.deepEqual(ownFields(await bench.read()), ownFields(original));
      assert.deepEqual(
        (await remains(bench)).filter((name) => !name.startsWith('Pod/')),
        [],
      );
    });
  }

  it('says so when it cannot put the workload back', async () => {
    await bench.deploy();
    const abort = new AbortController();
    const cluster = overriding(bench.cluster, {
      get: (ref, signal) => {
        if (abort.signal.aborted) return Promise.reject(new Error('the network is gone'));
        return bench.cluster.get(ref, signal);
      },
    });
    const onStep = once('schedule', () => abort.abort());
    await assert.rejects(bench.start({}, { cluster, signal: abort.signal, onStep }), (error: UserError) => {
      assert.equal(error.code, 'devmode.not-restored');
      assert.match(
        error.message,
        /^The start was cancelled. Deployment web in .* could not be put back: the network is gone/,
      );
      return true;
    });
    assert.equal((await bench.end({ wait: false })).outcome, 'restored');
  });
});

function once(step: string, act: () => unknown): (report: { readonly step: string }) => void {
  let done = false;
  return (report) => {
    if (done || report.step !== step) return;
    done = true;
    acts.push(Promise.resolve(act()));
  };
}

/** Starts, expects the error, and expects nothing of dev mode to be left. */
async function failing(bench: DevModeBench, start: () => Promise<unknown>): Promise<UserError & { took: number }> {
  const original = await bench.read();
  const began = performance.now();
  const error = await start().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof UserError, String(error));
  const took = Math.round(performance.now() - began);
  assert.deepEqual(ownFields(await bench.read()), ownFields(original));
  const left = await remains(bench);
  // Pods may take until their end.
  assert.deepEqual(
    left.filter((name) => !name.startsWith('Pod/')),
    [],
  );
  assert.ok(error.next !== undefined, error.message);
  return Object.assign(error, { took });
}
