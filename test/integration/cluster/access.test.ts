import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { UserError } from '../../../src/base/errors.ts';
import type { Cluster, LiveState } from '../../../src/cluster/cluster.ts';
import { types } from '../../../src/cluster/core/objects.ts';
import { until } from '../../machine/until.ts';
import { openTestCluster, type OpenedTestCluster } from './openTestCluster.ts';

const signal = AbortSignal.timeout(120_000);

describe('an account with few rights', () => {
  let opened: OpenedTestCluster;
  let cluster: Cluster;
  let namespace: string;
  let kubeconfig: string;
  before(async () => {
    opened = await openTestCluster();
    ({ namespace } = opened);
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }];
    kubeconfig = await opened.tests.restrictedKubeconfig(namespace, rules);
    cluster = await opened.openAs(kubeconfig);
  });
  after(() => opened.dispose());

  async function refused(promise: Promise<unknown>): Promise<UserError> {
    const error = await promise.catch((thrown: unknown) => thrown);
    assert.ok(error instanceof UserError, String(error));
    return error;
  }

  test('may do what it may', async () => {
    assert.equal(cluster.defaultNamespace, namespace);
    assert.equal(await cluster.mayI({ verb: 'list', type: types.configMap, namespace }, signal), true);
    assert.equal(
      await cluster.mayI({ verb: 'create', type: types.pod, subresource: 'exec', namespace }, signal),
      false,
    );
    assert.equal((await cluster.list(types.configMap, { namespace }, signal)).items[0]?.kind, 'ConfigMap');
  });

  test('the rule that is offered gives the right that was missing', async () => {
    const create = (): Promise<unknown> =>
      cluster.create(types.configMap, { metadata: { name: 'mine', namespace } }, signal);
    const error = await refused(create());
    assert.equal(error.code, 'cluster.forbidden');
    assert.match(
      error.message,
      /^User system:serviceaccount:test-\S+ may not create ConfigMap mine in namespace test-\S+ \(create configmaps\) on https:/,
    );
    const [remedy] = error.remedies;
    assert.ok(remedy?.kind === 'copyText');
    await opened.tests.kubectl(['apply', '-f', '-'], remedy.text);
    await until('the right is there', async () => (await create()) !== undefined);
  });

  test('all namespaces are out of reach, a watch of them as well', async () => {
    const error = await refused(cluster.list(types.namespace, {}, signal));
    assert.deepEqual(
      [error.code, error.remedies.map(({ kind }) => kind)],
      ['cluster.forbidden', ['copyText', 'nameNamespace']],
    );
    const states: LiveState[] = [];
    const watch = cluster.watch(types.pod, { namespace }, (state) => states.push(state));
    await until('the watch failed', () => states.at(-1)?.kind === 'failed');
    watch.dispose();
  });

  test('streams to pods name their own rights', async () => {
    const target = { namespace, pod: 'any', container: 'c' };
    const exec = await refused(cluster.exec({ ...target, command: ['true'], tty: false }, signal));
    assert.match(exec.message, /may not run a command in Pod any in namespace test-\S+ \(create pods\/exec\)/);
    const port = await refused(cluster.portForward({ namespace, pod: 'any', port: 80 }, signal));
    assert.match(port.message, /may not forward a port of Pod any in namespace test-\S+ \(create pods\/portforward\)/);
    assert.deepEqual([exec.code, port.code], ['cluster.forbidden', 'cluster.forbidden']);
  });

  test('a token that is no longer valid', async () => {
    const config = JSON.parse(await readFile(kubeconfig, 'utf8')) as { users: { user: { token: string } }[] };
    const [entry] = config.users;
    assert.ok(entry !== undefined);
    const { token } = entry.user;
    entry.user.token = 'expired';
    const file = `${kubeconfig}.expired`;
    await writeFile(file, JSON.stringify(config));
    const other = await opened.openAs(file);
    const error = await refused(other.list(types.configMap, { namespace }, signal));
    assert.equal(error.code, 'cluster.login-expired');
    const target = { namespace, pod: 'any', port: 80 };
    assert.equal((await refused(other.portForward(target, signal))).code, 'cluster.login-expired');
    // A login elsewhere writes the file anew: no window has to be reloaded for it.
    entry.user.token = token;
    await writeFile(file, JSON.stringify(config));
    assert.ok((await other.list(types.configMap, { namespace }, signal)).items.length > 0);
  });
});
