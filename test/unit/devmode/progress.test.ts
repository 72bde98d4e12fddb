import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '../../../src/base/json.ts';
import type { KubeObject } from '../../../src/cluster/core/objects.ts';
import { Patience } from '../../../src/devmode/core/patience.ts';
import { rolloutProgress, type RolloutView } from '../../../src/devmode/core/progress.ts';
import { devSpec, webRef } from './devSpecs.ts';

type State = JsonObject & { readonly last?: JsonObject };
const running: State = { running: {} };
const { session } = devSpec();
const target = { ref: webRef, session, container: 'web', generation: 2 };

describe('rolloutProgress', () => {
  const steps: readonly { name: string; view: Partial<RolloutView>; says: string }[] = [
    { name: 'nothing yet', view: {}, says: 'schedule: Waiting for the new pod' },
    { name: 'no node', view: { pods: [pod({ node: undefined })] }, says: 'schedule: Waiting for a node for pod web-1' },
    { name: 'on a node', view: { pods: [pod()] }, says: 'pull: Starting container podloop-sidecar of pod web-1' },
    {
      name: 'pulling',
      view: { pods: [pod()], events: [event('Pulling', 'Pulling image "dev:1"')] },
      says: 'pull: Pulling image dev:1',
    },
    {
      name: 'pulled',
      view: {
        pods: [pod()],
        events: [
          event('Pulled', 'Successfully pulled image "dev:1" in 2s', 2),
          event('Pulling', 'Pulling image "dev:1"', 1),
          event('Pulled', 'Container image "sidecar:1" already present on machine', 1),
        ],
      },
      says: 'containers: Starting container podloop-sidecar of pod web-1',
    },
    {
      name: 'an init container at work',
      view: { pods: [pod({ sidecar: running, init: { name: 'migrate', state: running } })] },
      says: 'pull: Running init container migrate of pod web-1',
    },
    {
      name: 'running',
      view: { pods: [pod({ sidecar: running, web: running })] },
      says: 'containers: Starting container web of pod web-1 ready',
    },
    {
      name: 'another container of the pod in trouble',
      view: { pods: [pod({ sidecar: running, web: running, proxy: waiting('CrashLoopBackOff') })] },
      says: 'containers: Starting container web of pod web-1 ready',
    },
    {
      name: 'an old pod going away',
      view: { pods: [pod({ deleting: true, sidecar: running, web: running })] },
      says: 'schedule: Waiting for the new pod',
    },
  ];
  for (const { name, view, says } of steps) {
    it(`knows the step: ${name}`, () => {
      const { step, detail, ready, problem } = rolloutProgress(target, viewOf(view));
      assert.equal(problem, undefined);
      assert.equal(`${step}: ${detail}${ready ? ' ready' : ''}`, says);
    });
  }

  const troubles: readonly { name: string; view: Partial<RolloutView>; code: string; says: RegExp; grace: number }[] = [
    {
      name: 'an image that does not exist',
      view: { pods: [pod({ sidecar: running, web: waiting('ErrImagePull', 'failed to resolve: dev:1: not found') })] },
      code: 'devmode.image-pull',
      says: /^Container web of pod web-1 in namespace shop cannot pull image dev:1: failed to resolve: dev:1: not found$/,
      grace: 0,
    },
    {
      name: 'an answer that only an event keeps',
      view: {
        pods: [pod({ web: waiting('ImagePullBackOff', 'Back-off pulling image "dev:1"') })],
        events: [event('Failed', 'Failed to pull image "dev:1": 401 Unauthorized')],
      },
      code: 'devmode.image-pull',
      says: /401 Unauthorized/,
      grace: 0,
    },
    {
      name: 'a failed pull that only an event tells of so far',
      view: {
        pods: [pod({ sidecar: running })],
        events: [
          event('Pulling', 'Pulling image "dev:1"', 1),
          event('Failed', 'Failed to pull image "dev:1": dial tcp: connection refused', 2),
          event('Failed', 'Error: ErrImagePull', 2),
        ],
      },
      code: 'devmode.image-pull',
      says: /cannot pull image dev:1: .*connection refused/,
      grace: 8000,
    },
    {
      name: 'a registry that does not answer',
      view: { pods: [pod({ sidecar: waiting('ErrImagePull', 'dial tcp: i/o timeout') })] },
      code: 'devmode.image-pull',
      says: /podloop-sidecar .* i\/o timeout/,
      grace: 8000,
    },
    {
      name: 'a crash',
      view: {
        pods: [
          pod({
            sidecar: running,
            web: { ...waiting('CrashLoopBackOff'), last: { exitCode: 137, reason: 'OOMKilled' } },
          }),
        ],
      },
      code: 'devmode.crash',
      says: /Container web .* keeps crashing: exit code 137 \(OOMKilled\)\.$/,
      grace: 0,
    },
    {
      name: 'a crashing init container',
      view: {
        pods: [
          pod({
            sidecar: running,
            init: {
              name: 'migrate',
              state: { ...waiting('CrashLoopBackOff'), last: { exitCode: 1, message: 'no database\n' } },
            },
          }),
        ],
      },
      code: 'devmode.crash',
      says: /^Init container migrate of pod web-1 .* exit code 1: no database$/,
      grace: 0,
    },
    ...[0, 1].map((restartCount) => ({
      name: `an init container that failed ${restartCount + 1} times`,
      view: {
        pods: [
          pod({ sidecar: running, init: { name: 'migrate', state: { terminated: { exitCode: 1 } }, restartCount } }),
        ],
      },
      code: 'devmode.crash',
      says: /^Init container migrate .* exit code 1\.$/,
      grace: restartCount === 0 ? 8000 : 0,
    })),
    {
      name: 'root where it is forbidden',
      view: {
        pods: [
          pod({ web: waiting('CreateContainerConfigError', 'container has runAsNonRoot and image will run as root') }),
        ],
      },
      code: 'devmode.container-create',
      says: /cannot be created: container has runAsNonRoot/,
      grace: 0,
    },
    {
      name: 'a missing secret',
      view: { pods: [pod({ web: waiting('CreateContainerConfigError', 'secret "db" not found') })] },
      code: 'devmode.container-create',
      says: /secret "db" not found/,
      grace: 3000,
    },
    {
      name: 'no node',
      view: { pods: [pod({ node: undefined, unschedulable: '0/1 nodes are available: 1 Insufficient cpu.' })] },
      code: 'devmode.unschedulable',
      says: /^Pod web-1 in namespace shop finds no node: 0\/1 nodes/,
      grace: 8000,
    },
    {
      name: 'a volume that is missing',
      view: { pods: [pod()], events: [event('FailedMount', 'configmap "settings" not found')] },
      code: 'devmode.pod-setup',
      says: /on node n1: configmap "settings" not found/,
      grace: 16_000,
    },
    ...[
      {
        message: 'pods "web-" is forbidden: violates PodSecurity "restricted:latest": x',
        code: 'devmode.pod-security',
        grace: 0,
      },
      { message: 'pods "web-" is forbidden: exceeded quota: small', code: 'devmode.quota', grace: 8000 },
      { message: 'admission webhook "p.example" denied the request: no', code: 'devmode.admission', grace: 0 },
      {
        message: 'pods "web-" is forbidden: maximum cpu usage per Container is 500m',
        code: 'devmode.pod-refused',
        grace: 8000,
      },
    ].map(({ message, code, grace }) => ({
      name: `a pod refused with ${code}`,
      view: { replicaSets: [replicaSet(message)] },
      code,
      says: new RegExp(
        `^The cluster refuses the dev pod of Deployment web in namespace shop: ${message.replace(/^pods .* is forbidden: /, '').replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`,
      ),
      grace,
    })),
    { name: 'a deleted workload', view: { workload: 'gone' }, code: 'devmode.gone', says: /was deleted/, grace: 0 },
    {
      name: 'a workload put back by a controller',
      view: { workload: workload({ record: '', managers: ['kubectl', 'argocd-controller'] }) },
      code: 'devmode.reverted',
      says: /put back by somebody else \(argocd-controller\)/,
      grace: 0,
    },
    {
      name: 'a workload paused meanwhile',
      view: { workload: workload({ paused: true }) },
      code: 'devmode.paused',
      says: /is paused/,
      grace: 0,
    },
    {
      name: 'a missed deadline',
      view: { workload: workload({ progressing: 'ProgressDeadlineExceeded' }) },
      code: 'devmode.deadline',
      says: /progress deadline/,
      grace: 0,
    },
  ];
  for (const { name, view, code, says, grace } of troubles) {
    it(`names the trouble: ${name}`, () => {
      const { problem, ready } = rolloutProgress(target, viewOf(view));
      assert.equal(ready, false);
      assert.equal(problem?.error.code, code);
      assert.match(problem.error.message, says);
      assert.ok(problem.error.next !== undefined);
      assert.equal(problem.grace, grace);
    });
  }

  const calm: readonly { name: string; view: Partial<RolloutView> }[] = [
    {
      name: 'an autoscaler makes room',
      view: { pods: [pod({ node: undefined, unschedulable: 'none' })], events: [event('TriggeredScaleUp', 'x')] },
    },
    { name: 'a view from before the change', view: { workload: workload({ record: '', generation: 1 }) } },
    {
      name: 'a missed deadline of an earlier rollout',
      view: { workload: workload({ progressing: 'ProgressDeadlineExceeded', observed: 1 }) },
    },
  ];
  for (const { name, view } of calm) {
    it(`stays calm: ${name}`, () => {
      assert.equal(rolloutProgress(target, viewOf(view)).problem, undefined);
    });
  }
});

describe('Patience', () => {
  it('counts a problem only once it has stood for its grace', () => {
    const patience = new Patience();
    const { problem } = rolloutProgress(target, viewOf({ pods: [pod({ node: undefined, unschedulable: 'none' })] }));
    assert.ok(problem);
    assert.deepEqual(patience.look(problem, 1000), { wait: 8000 });
    assert.deepEqual(patience.look(problem, 5000), { wait: 4000 });
    assert.deepEqual(patience.look(problem, 9000), { due: problem });
  });

  it('takes a problem that a new try hid for a while for the same, and one that was long gone for a new one', () => {
    const patience = new Patience();
    const { problem } = rolloutProgress(target, viewOf({ pods: [pod({ node: undefined, unschedulable: 'none' })] }));
    patience.look(problem, 1000);
    assert.equal(patience.look(undefined, 6000), undefined);
    assert.deepEqual(patience.look(problem, 7000), { wait: 2000 });
    patience.look(undefined, 8000);
    patience.look(undefined, 20_000);
    assert.deepEqual(patience.look(problem, 24_000), { wait: 8000 });
  });
});

function waiting(reason: string, message?: string): State {
  return { waiting: { reason, ...(message === undefined ? {} : { message }) } };
}

interface PodOptions {
  readonly node?: string | undefined;
  readonly unschedulable?: string;
  readonly deleting?: boolean;
  readonly sidecar?: State;
  readonly web?: State;
  readonly proxy?: State;
  readonly init?: { readonly name: string; readonly state: State; readonly restartCount?: number };
}

function pod(options: PodOptions = {}): KubeObject {
  const { unschedulable, sidecar, web, proxy, init } = options;
  const node = 'node' in options ? options.node : 'n1';
  const idle = waiting('ContainerCreating');
  const conditions =
    unschedulable === undefined ? [] : [{ type: 'PodScheduled', status: 'False', message: unschedulable }];
  return {
    metadata: {
      name: 'web-1',
      namespace: 'shop',
      uid: 'u1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...(options.deleting === true ? { deletionTimestamp: '2026-01-01T00:01:00Z' } : {}),
    },
    spec: {
      ...(node === undefined ? {} : { nodeName: node }),
      initContainers: [
        { name: 'podloop-sidecar', image: 'sidecar:1', restartPolicy: 'Always' },
        ...(init === undefined ? [] : [{ name: init.name, image: 'app:1' }]),
      ],
      containers: [
        { name: 'proxy', image: 'proxy:1' },
        { name: 'web', image: 'dev:1' },
      ],
    },
    status: {
      conditions,
      initContainerStatuses: [
        status('podloop-sidecar', sidecar ?? idle),
        ...(init === undefined ? [] : [status(init.name, init.state, init.restartCount)]),
      ],
      containerStatuses: [status('proxy', proxy ?? idle), status('web', web ?? idle)],
    },
  };
}

function status(name: string, { last, ...state }: State, restartCount = 0): Json {
  const ran = state.running !== undefined || last !== undefined;
  return {
    name,
    restartCount,
    state,
    ...(ran ? { imageID: 'x@sha256:1' } : {}),
    ...(last === undefined ? {} : { lastState: { terminated: last } }),
  };
}

function event(reason: string, message: string, second = 0): KubeObject {
  return { metadata: { name: `e-${reason}` }, reason, message, lastTimestamp: `2026-01-01T00:00:0${second}Z` };
}

function replicaSet(message: string): KubeObject {
  return {
    metadata: { name: 'web-x' },
    status: { conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }] },
  };
}

function workload(options: {
  record?: string;
  managers?: readonly string[];
  paused?: boolean;
  progressing?: string;
  observed?: number;
  generation?: number;
}): KubeObject {
  const { record = session, managers = [], paused = false, progressing, observed = 2, generation = 2 } = options;
  return {
    metadata: {
      name: 'web',
      generation,
      annotations: { 'podloop.dev/record': record },
      managedFields: managers.map((manager, second) => ({ manager, time: `2026-01-01T00:00:0${second}Z` })),
    },
    spec: { paused },
    status: {
      observedGeneration: observed,
      conditions: progressing === undefined ? [] : [{ type: 'Progressing', status: 'False', reason: progressing }],
    },
  };
}

function viewOf(view: Partial<RolloutView>): RolloutView {
  return { workload: undefined, replicaSets: [], pods: [], events: [], ...view };
}
