import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionError, loginFailed } from '../../../src/cluster/core/connectionErrors.ts';
import { loginExpired, readStatus, statusError } from '../../../src/cluster/core/apiErrors.ts';
import { contextsOf } from '../../../src/cluster/core/kubeconfigContexts.ts';
import { readKubeconfigFile } from '../../../src/cluster/core/kubeconfigFile.ts';
import { type KubeObject, types } from '../../../src/cluster/core/objects.ts';
import { recordAnnotation } from '../../../src/devmode/core/record.ts';
import { contextRows, groupRows, namespaceRows } from '../../../src/present/treeContexts.ts';
import { errorNotice } from '../../../src/present/treeNotices.ts';
import { containerRows, podRows } from '../../../src/present/treePods.ts';
import { cronJobRows, workloadRows, type WorkloadView } from '../../../src/present/treeWorkloads.ts';
import { rowText, rowTexts } from './rowText.ts';

const view: WorkloadView = {
  installation: 'mine',
  sessions: new Set(['s-here']),
  isStarting: ({ name }) => name === 'starting',
  now: Date.parse('2026-11-21T15:00:00Z'),
  locale: { language: 'en', timeZone: 'UTC' },
};
const deployments = { context: 'kind', namespace: 'shop', group: 'Deployment' } as const;

function deployment(name: string, ready: number, annotations: Record<string, string> = {}): KubeObject {
  return {
    metadata: { name, namespace: 'shop', annotations },
    spec: { replicas: 2, template: { spec: { containers: [{ name: 'main', image: 'shop/main:1' }] } } },
    status: { readyReplicas: ready },
  };
}

function record(session: string, installation: string, since = '2026-11-21T14:05:00Z'): Record<string, string> {
  const developer = { user: 'alice', host: 'laptop', installation };
  const text = {
    version: 1,
    session,
    developer,
    since,
    container: 'main',
    workDir: '/app',
    podloop: '0.1.0',
    edits: [],
  };
  return { [recordAnnotation]: JSON.stringify(text) };
}

test('the current context comes first, then the others by name, then what is wrong with the files', () => {
  const good = readKubeconfigFile(
    '/home/alice/.kube/config',
    `current-context: kind
clusters: [{ name: c, cluster: { server: 'https://127.0.0.1:6443' } }]
users: [{ name: u, user: {} }]
contexts:
  - { name: zoo, context: { cluster: c, user: u } }
  - { name: kind, context: { cluster: c, user: u, namespace: shop } }
  - { name: lost, context: { cluster: gone, user: u } }
`,
  );
  const broken = readKubeconfigFile('/tmp/other', 'contexts: [');
  const rows = contextRows(contextsOf([[good], [broken]]));
  assert.equal(
    rowTexts(rows),
    `> (server-environment) kind -- current [context current]
> (server-environment) zoo [context]
  (warning list.warningForeground) config:7 -- Context lost names cluster gone, which is not defined. [notice openFile retry] !openFile
  (warning list.warningForeground) other:1 -- ${broken.problems[0]?.message} [notice openFile retry] !openFile
`,
  );
  assert.equal(
    rows[0]?.tooltip,
    '**kind**\n\nServer: `https://127.0.0.1:6443`  \nUser: `u`  \nNamespace: `shop`  \nKubeconfig: `/home/alice/.kube/config`',
  );
});

test("the context's own namespace comes first, system namespaces last, named ones even when they do not exist", () => {
  const items = ['kube-system', 'team-b', 'shop', 'default'].map((name) => ({ metadata: { name } }));
  const rows = namespaceRows(
    { context: 'kind', preferred: 'shop', named: ['team-b', 'gone'] },
    { kind: 'live', items },
  );
  assert.equal(
    rowTexts(rows),
    `> (symbol-namespace) shop -- default [namespace]
> (symbol-namespace) default [namespace]
> (symbol-namespace) gone -- not found [namespace named]
> (symbol-namespace) team-b [namespace named]
> (symbol-namespace) kube-system [namespace]
`,
  );
});

test('who may not list namespaces sees those known by name and can name another', () => {
  const place = { context: 'kind', server: 'https://127.0.0.1:6443', file: undefined };
  const body = JSON.stringify({
    kind: 'Status',
    reason: 'Forbidden',
    message:
      'namespaces is forbidden: User "bob" cannot list resource "namespaces" in API group "" at the cluster scope',
  });
  const error = statusError(place, { verb: 'list', type: types.namespace }, readStatus(403, body));
  const rows = namespaceRows(
    { context: 'kind', preferred: 'default', named: ['team-b'] },
    { kind: 'failed', error, items: [] },
  );
  assert.equal(
    rowTexts(rows),
    `> (symbol-namespace) default [namespace]
> (symbol-namespace) team-b [namespace named]
  (lock) Other namespaces are not listed -- use one by its name [notice useNamespace copyRule retry] !useNamespace
`,
  );
});

const place = { context: 'kind', server: 'https://10.0.0.1:6443', file: '/home/alice/.kube/config' };
const refusal =
  'jobs.batch is forbidden: User "bob" cannot list resource "jobs" in API group "batch" in the namespace "shop"';
const failed = (code: string): Error => connectionError(place, Object.assign(new Error('no'), { code }));
const troubles: readonly (readonly [Error, string])[] = [
  [
    failed('ECONNREFUSED'),
    '  (debug-disconnect list.warningForeground) Cluster cannot be reached -- The cluster of context kind at https://10.0.0.1:6443 cannot be reached: the connection was refused. [notice retry] !retry',
  ],
  [
    failed('ETIMEDOUT'),
    '  (debug-disconnect list.warningForeground) Cluster does not answer -- The cluster of context kind at https://10.0.0.1:6443 does not answer. [notice retry] !retry',
  ],
  [
    failed('CERT_HAS_EXPIRED'),
    '  (shield list.errorForeground) Certificate is not trusted -- The connection of context kind to https://10.0.0.1:6443 is not trusted: its certificate has expired. [notice openFile retry] !openFile',
  ],
  [
    loginExpired(place),
    '  (key list.warningForeground) Login has expired -- The login of context kind has expired or is not valid at https://10.0.0.1:6443. [notice refreshLogin openFile retry] !refreshLogin',
  ],
  [
    loginFailed(place, Object.assign(new Error('spawn'), { code: 'ENOENT', path: 'aws' })),
    '  (key list.warningForeground) Login failed -- Logging in to context kind needs aws, which was not found. [notice refreshLogin openFile retry] !refreshLogin',
  ],
  [
    statusError(
      place,
      { verb: 'list', type: types.job, namespace: 'shop' },
      readStatus(403, JSON.stringify({ kind: 'Status', reason: 'Forbidden', message: refusal })),
    ),
    '  (lock list.warningForeground) No permission -- User bob may not list jobs in namespace shop (list jobs.batch) on https://10.0.0.1:6443. [notice copyRule retry] !copyRule',
  ],
  [new Error('odd'), '  (warning list.warningForeground) odd [notice retry] !retry'],
];

for (const [error, expected] of troubles) {
  test(`trouble is said in plain words: ${error.message}`, () => {
    assert.equal(rowText(errorNotice({ parent: 'kind', context: 'kind' }, error)), expected);
  });
}

test('a list that broke off keeps its last rows below the reason', () => {
  const rows = workloadRows(
    deployments,
    { kind: 'failed', error: failed('ECONNREFUSED'), items: [deployment('web', 2)] },
    view,
  );
  assert.deepEqual(
    rows.map(({ label }) => label),
    ['Cluster cannot be reached', 'web'],
  );
});

test('groups of workloads open with the deployments', () => {
  assert.equal(
    rowTexts(groupRows('kind', 'shop')),
    `v (layers) Deployments [group Deployment]
> (database) StatefulSets [group StatefulSet]
> (server-process) DaemonSets [group DaemonSet]
> (tasklist) Jobs [group Job]
> (calendar) CronJobs [group CronJob]
`,
  );
});

test('workloads say how they are and who develops them', () => {
  const items = [
    deployment('web', 2),
    deployment('slow', 1),
    deployment('here', 1, record('s-here', 'mine')),
    deployment('elsewhere', 1, record('s-2', 'mine')),
    deployment('theirs', 1, record('s-3', 'hers', '2026-11-19T09:30:00Z')),
    deployment('damaged', 1, { [recordAnnotation]: '{' }),
    deployment('starting', 0),
  ];
  const rows = workloadRows(deployments, { kind: 'live', items }, view);
  assert.equal(
    rowTexts(rows),
    `> (question list.warningForeground) damaged -- dev mode · unknown version [workload Deployment developed unreadable]
> (code charts.yellow) elsewhere -- dev mode · you · since 14:05 [workload Deployment developed mine]
> (code charts.green) here -- dev mode · you · since 14:05 [workload Deployment developed here]
> (layers list.warningForeground) slow -- 1/2 [workload Deployment idle]
> (loading~spin) starting -- starting dev mode [workload Deployment]
> (account charts.blue) theirs -- dev mode · alice · since Nov 19, 09:30 [workload Deployment developed other]
> (layers) web -- 2/2 [workload Deployment idle]
`,
  );
  const theirs = rows.find(({ label }) => label === 'theirs');
  assert.equal(
    theirs?.tooltip,
    `**Deployment theirs**

Namespace: \`shop\`${'  '}
Status: 1 of 2 pods ready${'  '}
Container: main (\`shop/main:1\`)${'  '}
Dev mode: since Nov 19, 09:30${'  '}
Developer: alice on laptop${'  '}
Dev container: main at \`/app\``,
  );
  assert.equal(theirs.accessibleLabel, 'Deployment theirs, dev mode, alice, since Nov 19, 09:30, 1 of 2 pods ready');
});

test('jobs of a cron job stand below it, newest first, and not among the others', () => {
  const owner = [{ kind: 'CronJob', name: 'nightly', uid: 'u-1' }];
  const job = (
    name: string,
    status: KubeObject['status'],
    ownerReferences: typeof owner | [],
    day: string,
  ): KubeObject => ({
    metadata: { name, ownerReferences, creationTimestamp: `2026-11-${day}T00:00:00Z` },
    status,
  });
  const items = [
    job('once', { active: 1 }, [], '01'),
    job('nightly-1', { conditions: [{ type: 'Complete', status: 'True' }] }, owner, '19'),
    job('nightly-2', { conditions: [{ type: 'Failed', status: 'True' }] }, owner, '20'),
  ];
  const place = { context: 'kind', namespace: 'shop', group: 'Job' } as const;
  assert.equal(
    rowTexts(workloadRows(place, { kind: 'live', items }, view)),
    '> (tasklist) once -- running [workload Job idle]\n',
  );
  const cronJob = { ...place, kind: 'workload', group: 'CronJob', name: 'nightly' } as const;
  assert.equal(
    rowTexts(cronJobRows(cronJob, 'u-1', { kind: 'live', items }, view)),
    `> (error list.errorForeground) nightly-2 -- failed [workload Job idle]
> (tasklist) nightly-1 -- complete [workload Job idle]
`,
  );
});

test('a kind without workloads says so', () => {
  const rows = workloadRows({ ...deployments, group: 'DaemonSet' }, { kind: 'live', items: [] }, view);
  assert.equal(rowTexts(rows), '  No DaemonSets in shop [notice]\n');
});

const web = { kind: 'workload', ...deployments, name: 'web' } as const;

function pod(name: string, status: KubeObject['status'], deletionTimestamp?: string): KubeObject {
  return {
    metadata: {
      name,
      creationTimestamp: '2026-11-21T12:00:00Z',
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    spec: {
      nodeName: 'node-1',
      initContainers: [
        { name: 'migrate', image: 'shop/migrate:1' },
        { name: 'podloop-sidecar', image: 'podloop/sidecar:1', restartPolicy: 'Always' },
      ],
      containers: [{ name: 'main', image: 'shop/main:1' }],
    },
    status,
  };
}

const running = { running: { startedAt: '2026-11-21T12:00:01Z' } };

test('pods say what kubectl says, and name the trouble', () => {
  const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  const items = [
    pod('b-running', { ...ready, containerStatuses: [{ name: 'main', state: running, restartCount: 2 }] }),
    pod('c-crash', {
      phase: 'Running',
      containerStatuses: [
        { name: 'main', restartCount: 7, state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } } },
      ],
    }),
    pod('a-gone', ready, '2026-11-21T14:59:00Z'),
    pod('d-pending', {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' }],
    }),
    pod('e-creating', {
      phase: 'Pending',
      containerStatuses: [{ name: 'main', state: { waiting: { reason: 'ContainerCreating' } } }],
    }),
  ];
  const rows = podRows(web, { kind: 'live', items }, view.now);
  assert.equal(
    rowTexts(rows),
    `> (vm list.warningForeground) a-gone -- Terminating [pod busy]
> (vm testing.iconPassed) b-running -- Running · 2 restarts [pod good]
> (error list.errorForeground) c-crash -- CrashLoopBackOff · 7 restarts [pod bad]
> (error list.errorForeground) d-pending -- Unschedulable [pod bad]
> (vm list.warningForeground) e-creating -- Pending [pod busy]
`,
  );
  assert.match(rows[1]?.tooltip ?? '', /Age: 3 h/);
  assert.match(rows[2]?.tooltip ?? '', /Reason: back\\-off 5m0s/);
});

test('containers stand in order of what serves, init containers last', () => {
  const object = pod('web-1', {
    phase: 'Running',
    initContainerStatuses: [
      { name: 'migrate', state: { terminated: { exitCode: 0, reason: 'Completed' } } },
      { name: 'podloop-sidecar', state: running },
    ],
    containerStatuses: [{ name: 'main', state: { terminated: { exitCode: 3, reason: 'Error' } } }],
  });
  assert.equal(
    rowTexts(containerRows({ kind: 'pod', owner: web, pod: 'web-1' }, object)),
    `  (package testing.iconPassed) podloop-sidecar -- sync sidecar · Running [container good]
  (error list.errorForeground) main -- Error [container bad]
  (pass disabledForeground) migrate -- init · Completed [container done]
`,
  );
});

test('names from a cluster show as they are and become no links', () => {
  const items = [deployment('web', 2)].map((object) => ({
    ...object,
    spec: {
      ...(object.spec as object),
      template: { spec: { containers: [{ name: '[x](command:evil)', image: 'a`b' }] } },
    },
  }));
  const [row] = workloadRows(deployments, { kind: 'live', items }, view);
  assert.match(row?.tooltip ?? '', /\\\[x\\\]\\\(command:evil\\\) \(``a`b``\)/);
});
