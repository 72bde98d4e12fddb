import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../../src/base/errors.ts';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import { type KubeObject, types } from '../../../src/cluster/core/objects.ts';
import { ClusterTree, type TreeElement } from '../../../src/extension/tree/clusterTree.ts';
import { FakeCluster, type FakeClusterOptions } from '../../fakes/fakeCluster.ts';

const entry = { name: 'kind', body: {}, file: '/kubeconfig', line: 1 };
const context = {
  name: 'kind',
  current: true,
  file: '/kubeconfig',
  cluster: 'kind',
  server: 'https://cluster.test:6443',
  user: undefined,
  namespace: undefined,
  entries: { cluster: entry, user: undefined },
};

/** A tree over a fake cluster, used as VS Code uses it: a row is asked for its children when it is expanded. */
class Look {
  readonly cluster: FakeCluster;
  readonly tree: ClusterTree;
  readonly changes: string[] = [];
  readonly sessions = new Set<string>();
  named: readonly string[] = [];
  opened = 0;
  openError: Error | undefined;

  constructor(options: FakeClusterOptions = {}) {
    this.cluster = new FakeCluster({ context: 'kind', ...options });
    this.tree = new ClusterTree({
      readKubeconfig: () => Promise.resolve({ contexts: [context], problems: [] }),
      openCluster: () => this.#open(),
      namedNamespaces: () => this.named,
      view: () => ({
        installation: 'mine',
        sessions: this.sessions,
        isStarting: () => false,
        now: 0,
        locale: { language: 'en', timeZone: 'UTC' },
      }),
    });
    this.tree.onChange((element) => this.changes.push(element?.id ?? ''));
    this.cluster.put(types.namespace, { metadata: { name: 'shop' } });
    this.cluster.put(types.deployment, deployment('web', 1));
  }

  /** Expands the rows of a path of labels and gives the last one's children. */
  async expand(...labels: readonly string[]): Promise<readonly TreeElement[]> {
    let children = await this.tree.children(undefined);
    for (const label of labels) {
      const element = children.find(({ row }) => row.label === label);
      assert.ok(element !== undefined, `no row ${label} among ${children.map(({ row }) => row.label).join()}`);
      this.tree.setExpanded(element, true);
      children = await this.tree.children(element);
    }
    return children;
  }

  async row(...labels: readonly string[]): Promise<TreeElement> {
    const found = (await this.expand(...labels.slice(0, -1))).find(({ row }) => row.label === labels.at(-1));
    return found ?? assert.fail(`no row ${labels.join()}`);
  }

  /** Resolves when the next change of the tree is told. */
  nextChange(): Promise<string> {
    return new Promise((resolve) => {
      const subscription = this.tree.onChange((element) => {
        subscription.dispose();
        resolve(element?.id ?? '');
      });
    });
  }

  #open(): Promise<Cluster> {
    this.opened += 1;
    return this.openError === undefined ? Promise.resolve(this.cluster) : Promise.reject(this.openError);
  }
}

function deployment(name: string, readyReplicas: number): KubeObject {
  return {
    metadata: { name, namespace: 'shop' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { spec: { containers: [{ name: 'main', image: 'shop/main:1' }] } },
    },
    status: { readyReplicas },
  };
}

function pod(name: string, app: string): KubeObject {
  return {
    metadata: { name, namespace: 'shop', labels: { app } },
    spec: { containers: [{ name: 'main', image: 'shop/main:1' }] },
    status: { phase: 'Running', containerStatuses: [{ name: 'main', state: { running: {} } }] },
  };
}

const labels = (elements: readonly TreeElement[]): readonly string[] => elements.map(({ row }) => row.label);
const web = ['kind', 'shop', 'Deployments', 'web'] as const;

test('nothing is asked of a cluster before its row is expanded', async () => {
  const look = new Look();
  assert.deepEqual(labels(await look.expand()), ['kind']);
  assert.equal(look.opened, 0);
});

test('each expanded row keeps one list alive, and shows what is below it', async () => {
  const look = new Look();
  look.cluster.put(types.pod, pod('web-1', 'web'));
  look.cluster.put(types.pod, pod('orders-1', 'orders'));
  assert.deepEqual(labels(await look.expand('kind')), ['shop']);
  assert.equal(look.cluster.openWatches, 1);
  assert.equal((await look.expand('kind', 'shop')).length, 5);
  assert.equal(look.cluster.openWatches, 1);
  assert.deepEqual(labels(await look.expand(...web)), ['web-1']);
  assert.equal(look.cluster.openWatches, 3);
  assert.deepEqual(labels(await look.expand(...web, 'web-1')), ['main']);
  assert.equal(look.cluster.openWatches, 3);
});

test('a collapsed row, and all below it, asks nothing; expanded again it goes on', async () => {
  const look = new Look();
  await look.expand(...web);
  const shop = await look.row('kind', 'shop');
  look.tree.setExpanded(shop, false);
  assert.equal(look.cluster.openWatches, 1);
  look.cluster.put(types.deployment, deployment('orders', 1));
  const changed = look.nextChange();
  look.tree.setExpanded(shop, true);
  assert.equal(await changed, 'kind/shop/Deployment');
  assert.deepEqual(labels(await look.expand('kind', 'shop', 'Deployments')), ['orders', 'web']);
});

test('a hidden view asks nothing', async () => {
  const look = new Look();
  await look.expand(...web);
  look.tree.setVisible(false);
  assert.equal(look.cluster.openWatches, 0);
  look.tree.setVisible(true);
  await look.expand(...web);
  assert.equal(look.cluster.openWatches, 3);
});

test('a change in the cluster tells the row whose children it is about, and only if it shows', async () => {
  const look = new Look();
  await look.expand('kind', 'shop', 'Deployments');
  const changed = look.nextChange();
  look.cluster.merge({ type: types.deployment, namespace: 'shop', name: 'web' }, { metadata: { labels: { a: 'b' } } });
  look.cluster.merge({ type: types.deployment, namespace: 'shop', name: 'web' }, { status: { readyReplicas: 0 } });
  assert.equal(await changed, 'kind/shop/Deployment');
  assert.deepEqual(look.changes, ['kind/shop/Deployment']);
  const [row] = await look.expand('kind', 'shop', 'Deployments');
  assert.equal(row?.row.description, '0/1');
});

test('rows keep their identity, so that VS Code keeps what is expanded', async () => {
  const look = new Look();
  const before = await look.row(...web);
  look.cluster.merge({ type: types.deployment, namespace: 'shop', name: 'web' }, { status: { readyReplicas: 0 } });
  await look.nextChange();
  assert.equal(await look.row(...web), before);
  const parent = look.tree.parent(before);
  assert.equal(parent?.row.label, 'Deployments');
});

test('a row that is gone lets go of its list', async () => {
  const look = new Look();
  await look.expand(...web);
  const changed = look.nextChange();
  look.cluster.remove({ type: types.deployment, namespace: 'shop', name: 'web' });
  await changed;
  await look.expand('kind', 'shop', 'Deployments');
  assert.equal(look.cluster.openWatches, 2);
});

test('a cluster that cannot be opened is a row, and trying again asks anew', async () => {
  const look = new Look();
  look.openError = new UserError({ code: 'cluster.login', message: 'Logging in failed.' });
  assert.deepEqual(labels(await look.expand('kind')), ['Login failed']);
  look.openError = undefined;
  const changed = look.nextChange();
  look.tree.refresh('kind');
  assert.equal(await changed, 'kind');
  assert.deepEqual(labels(await look.expand('kind')), ['shop']);
  assert.equal(look.opened, 2);
});

test('an outage shows above what was last known, and ends by itself', async () => {
  const look = new Look();
  await look.expand('kind', 'shop', 'Deployments');
  const down = look.nextChange();
  look.cluster.setOutage(new UserError({ code: 'cluster.unreachable', message: 'Down.' }));
  await down;
  assert.deepEqual(labels(await look.expand('kind', 'shop', 'Deployments')), ['Cluster cannot be reached', 'web']);
  const up = look.nextChange();
  look.cluster.setOutage(undefined);
  await up;
  assert.deepEqual(labels(await look.expand('kind', 'shop', 'Deployments')), ['web']);
});

test('a session that opens here marks its workload without asking the cluster', async () => {
  const look = new Look();
  await look.expand('kind', 'shop', 'Deployments');
  look.tree.redraw();
  assert.equal(look.changes.length, 0);
  const record = {
    version: 1,
    session: 's',
    developer: { user: 'me', host: 'here', installation: 'mine' },
    since: '2026-11-21T14:05:00Z',
    container: 'main',
    workDir: '/app',
    podloop: '0.1.0',
    edits: [],
  };
  look.cluster.merge(
    { type: types.deployment, namespace: 'shop', name: 'web' },
    { metadata: { annotations: { 'podloop.dev/record': JSON.stringify(record) } } },
  );
  await look.nextChange();
  assert.ok((await look.row(...web)).row.words.includes('mine'));
  look.sessions.add('s');
  look.tree.redraw();
  assert.equal(look.changes.at(-1), 'kind/shop/Deployment');
  assert.ok((await look.row(...web)).row.words.includes('here'));
});

test('the end of the tree is the end of its lists', async () => {
  const look = new Look();
  await look.expand(...web);
  look.tree.dispose();
  assert.equal(look.cluster.openWatches, 0);
});
