import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../../src/base/errors.ts';
import { Emitter } from '../../../src/base/event.ts';
import type { KubeconfigContexts } from '../../../src/cluster/core/kubeconfigContexts.ts';
import { ClusterPool } from '../../../src/extension/clusterPool.ts';
import { FakeCluster } from '../../fakes/fakeCluster.ts';

class TrackedCluster extends FakeCluster {
  disposed = false;

  override dispose(): void {
    this.disposed = true;
    super.dispose();
  }
}

function contexts(...servers: readonly string[]): KubeconfigContexts {
  const cluster = { name: 'c', body: {}, file: '/f', line: 1 };
  const known = servers.map((server, index) => ({
    name: `context-${index}`,
    current: index === 0,
    file: '/f',
    cluster: 'c',
    server,
    user: undefined,
    namespace: undefined,
    entries: { cluster, user: undefined },
  }));
  return { contexts: known, problems: [] };
}

function world() {
  const made: TrackedCluster[] = [];
  const changed = new Emitter<KubeconfigContexts>();
  let now = contexts('https://a', 'https://b');
  const pool = new ClusterPool({ read: () => Promise.resolve(now), onChange: changed.event }, () => {
    const cluster = new TrackedCluster();
    made.push(cluster);
    return Promise.resolve(cluster);
  });
  return {
    made,
    pool,
    change: (...servers: readonly string[]): void => {
      now = contexts(...servers);
      changed.fire(now);
    },
  };
}

test('one connection per context is shared; a session gets its own', async () => {
  const { pool, made } = world();
  assert.equal(await pool.shared('context-0'), await pool.shared('context-0'));
  assert.notEqual(await pool.own('context-0'), await pool.shared('context-0'));
  assert.equal(made.length, 2);
});

test('a context that changed is connected to anew, and no other', async () => {
  const { pool, change } = world();
  const [first, second] = [await pool.shared('context-0'), await pool.shared('context-1')];
  change('https://other', 'https://b');
  assert.notEqual(await pool.shared('context-0'), first);
  assert.equal(await pool.shared('context-1'), second);
  assert.ok(first instanceof TrackedCluster && first.disposed);
});

test('a session keeps its connection whatever happens to the files', async () => {
  const { pool, change } = world();
  const own = await pool.own('context-0');
  change();
  pool.dispose();
  assert.ok(own instanceof TrackedCluster && !own.disposed);
});

test('a context that no file defines is named', async () => {
  const { pool } = world();
  await assert.rejects(pool.shared('gone'), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.code, 'cluster.no-context');
    assert.match(error.message, /gone/);
    return true;
  });
});

test('discarding and disposing close what is shared', async () => {
  const { pool, made } = world();
  await pool.shared('context-0');
  await pool.discard('context-0');
  await pool.shared('context-0');
  pool.dispose();
  await Promise.resolve();
  assert.deepEqual(
    made.map(({ disposed }) => disposed),
    [true, true],
  );
});
