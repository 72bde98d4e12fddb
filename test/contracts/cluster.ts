import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { UserError } from '../../src/base/errors.ts';
import type { Cluster, LiveState } from '../../src/cluster/cluster.ts';
import { types, type KubeObject, type ObjectRef } from '../../src/cluster/core/objects.ts';
import { until } from '../machine/until.ts';

/** A cluster to hold to the contract, and a namespace in it that nobody else uses. */
export interface ClusterUnderTest {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Makes another handle on the same cluster, for what ends with a handle. */
  open(): Cluster;
  dispose(): Promise<void>;
}

/** What every `Cluster` does, real or fake, as far as it concerns objects and watches. */
export function clusterContract(name: string, make: () => Promise<ClusterUnderTest>): void {
  describe(`Cluster contract: ${name}`, () => {
    let made: ClusterUnderTest;
    let cluster: Cluster;
    let namespace: string;
    const signal = AbortSignal.timeout(120_000);
    before(async () => {
      made = await make();
      ({ cluster, namespace } = made);
    });
    after(() => made.dispose());

    const ref = (object: string): ObjectRef => ({ type: types.configMap, namespace, name: object });
    const map = (object: string, data: Record<string, string> = {}, labels = {}): KubeObject => ({
      metadata: { name: object, namespace, labels },
      data,
    });
    const create = (object: KubeObject): Promise<KubeObject> => cluster.create(types.configMap, object, signal);

    test('names its version', async () => {
      const { major, minor, gitVersion } = await cluster.serverVersion(signal);
      assert.equal(major, 1);
      assert.ok(minor >= 25);
      assert.ok(gitVersion.startsWith(`v${major}.${minor}`));
    });

    test('names its API groups', async () => {
      const groups = await cluster.apiGroups(signal);
      assert.ok(groups.has('apps') && groups.has('batch') && !groups.has('nobody.example.com'));
    });

    test('creates, reads and deletes', async () => {
      const created = await create(map('one', { a: '1' }));
      assert.equal(created.kind, 'ConfigMap');
      assert.equal(created.apiVersion, 'v1');
      assert.ok(created.metadata.uid !== undefined && created.metadata.resourceVersion !== undefined);
      assert.deepEqual((await cluster.get(ref('one'), signal))?.data, { a: '1' });
      await cluster.delete(ref('one'), signal);
      assert.equal(await cluster.get(ref('one'), signal), undefined);
      await cluster.delete(ref('one'), signal);
    });

    test('refuses to create a second of a name', async () => {
      await create(map('twice'));
      await rejectsWith('cluster.already-exists', create(map('twice')));
    });

    test('deletes only the object with the given uid', async () => {
      const { metadata } = await create(map('guarded'));
      await cluster.delete(ref('guarded'), signal, { uid: '00000000-0000-0000-0000-000000000000' });
      assert.ok((await cluster.get(ref('guarded'), signal)) !== undefined);
      await cluster.delete(ref('guarded'), signal, metadata.uid === undefined ? {} : { uid: metadata.uid });
      assert.equal(await cluster.get(ref('guarded'), signal), undefined);
    });

    test('patches by JSON patch', async () => {
      await create({
        ...map('patched', { a: '1', b: '2' }),
        metadata: { name: 'patched', namespace, annotations: { 'x/y': '1' } },
      });
      const operations = [
        { op: 'test', path: '/data/a', value: '1' },
        { op: 'replace', path: '/data/a', value: '3' },
        { op: 'remove', path: '/data/b' },
        { op: 'add', path: '/data/d', value: '4' },
        { op: 'remove', path: '/metadata/annotations/x~1y' },
      ] as const;
      const patched = await cluster.patch(ref('patched'), { kind: 'json', operations }, signal);
      assert.deepEqual(patched.data, { a: '3', d: '4' });
      assert.deepEqual(patched.metadata.annotations ?? {}, {});
      const wrong = [{ op: 'test', path: '/data/a', value: 'other' }] as const;
      await rejectsWith('cluster.invalid', cluster.patch(ref('patched'), { kind: 'json', operations: wrong }, signal));
    });

    test('holds the resourceVersion of either kind of patch as a precondition', async () => {
      const { metadata } = await create(map('versioned', { a: '1' }));
      const resourceVersion = metadata.resourceVersion ?? '';
      const merge = (value: string, version: string): Promise<KubeObject> =>
        cluster.patch(
          ref('versioned'),
          { kind: 'merge', body: { metadata: { resourceVersion: version }, data: { a: value } } },
          signal,
        );
      const { metadata: second } = await merge('2', resourceVersion);
      assert.notEqual(second.resourceVersion, resourceVersion);
      await rejectsWith('cluster.conflict', merge('3', resourceVersion));
      const operations = [
        { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
        { op: 'replace', path: '/data/a', value: '4' },
      ] as const;
      await rejectsWith('cluster.conflict', cluster.patch(ref('versioned'), { kind: 'json', operations }, signal));
      assert.deepEqual((await cluster.get(ref('versioned'), signal))?.data, { a: '2' });
    });

    test('removes keys by null in a merge patch', async () => {
      await create(map('merged', { a: '1', b: '2' }));
      const patched = await cluster.patch(
        ref('merged'),
        { kind: 'merge', body: { data: { a: null, c: '3' } } },
        signal,
      );
      assert.deepEqual(patched.data, { b: '2', c: '3' });
    });

    test('says that the object of a patch is missing', async () => {
      await rejectsWith('cluster.not-found', cluster.patch(ref('nobody'), { kind: 'merge', body: {} }, signal));
    });

    test('changes nothing on a dry run', async () => {
      await cluster.create(types.configMap, map('dry'), signal, { dryRun: true });
      assert.equal(await cluster.get(ref('dry'), signal), undefined);
      await create(map('dry', { a: '1' }));
      const patch = { kind: 'merge', body: { data: { a: '2' } } } as const;
      assert.deepEqual((await cluster.patch(ref('dry'), patch, signal, { dryRun: true })).data, { a: '2' });
      assert.deepEqual((await cluster.get(ref('dry'), signal))?.data, { a: '1' });
    });

    test('lists by label and field', async () => {
      await create(map('red-1', {}, { color: 'red' }));
      await create(map('red-2', {}, { color: 'red', big: 'yes' }));
      await create(map('blue', {}, { color: 'blue' }));
      const names = async (scope: object): Promise<string[]> =>
        (await cluster.list(types.configMap, { namespace, ...scope }, signal)).items.map(
          ({ metadata }) => metadata.name,
        );
      assert.deepEqual((await names({ labelSelector: 'color=red' })).toSorted(), ['red-1', 'red-2']);
      assert.deepEqual(await names({ labelSelector: 'color=red,!big' }), ['red-1']);
      assert.deepEqual(await names({ labelSelector: 'color in (blue,green)' }), ['blue']);
      assert.deepEqual(await names({ fieldSelector: 'metadata.name=red-2' }), ['red-2']);
      const { items } = await cluster.list(types.configMap, { namespace, labelSelector: 'color=blue' }, signal);
      assert.deepEqual([items[0]?.kind, items[0]?.apiVersion], ['ConfigMap', 'v1']);
    });

    test('keeps a list alive, in order of arrival', async () => {
      await create(map('live-1', {}, { live: 'yes' }));
      const states: LiveState[] = [];
      const watch = cluster.watch(types.configMap, { namespace, labelSelector: 'live=yes' }, (state) => {
        states.push(state);
      });
      assert.equal(states.length, 0, 'the listener is not called before watch returns');
      const shows = (...wanted: string[]): Promise<true> =>
        until(
          `the watch shows ${wanted.join(', ')}`,
          () => JSON.stringify(liveNames(states)) === JSON.stringify(wanted),
        );
      await shows('live-1');
      await create(map('live-2', {}, { live: 'yes' }));
      await shows('live-1', 'live-2');
      await cluster.patch(ref('live-1'), { kind: 'merge', body: { metadata: { labels: { live: 'no' } } } }, signal);
      await shows('live-2');
      await cluster.patch(ref('live-1'), { kind: 'merge', body: { metadata: { labels: { live: 'yes' } } } }, signal);
      await shows('live-2', 'live-1');
      await cluster.delete(ref('live-2'), signal);
      await shows('live-1');
      watch.dispose();
      const told = states.length;
      const other: LiveState[] = [];
      const second = cluster.watch(types.configMap, { namespace, labelSelector: 'live=yes' }, (state) => {
        other.push(state);
      });
      await create(map('live-3', {}, { live: 'yes' }));
      await until('another watch has seen the change', () => liveNames(other)?.includes('live-3'));
      second.dispose();
      assert.equal(states.length, told, 'a disposed watch is silent');
    });

    test('answers what the user may do', async () => {
      assert.equal(await cluster.mayI({ verb: 'get', type: types.configMap, namespace }, signal), true);
    });

    test('says which pod has no process, port or log', async () => {
      const pod = { namespace, pod: 'nobody' };
      await rejectsWith('cluster.not-found', cluster.portForward({ ...pod, port: 80 }, signal));
      const process = { ...pod, container: 'c' };
      await rejectsWith('cluster.not-found', cluster.logs({ ...process, follow: false }, signal));
      await rejectsWith('cluster.not-found', cluster.exec({ ...process, command: ['true'], tty: false }, signal));
    });

    test('ends with an AbortError when cancelled or closed', async () => {
      await assert.rejects(cluster.get(ref('one'), AbortSignal.abort()), { name: 'AbortError' });
      const other = made.open();
      other.dispose();
      other.dispose();
      await assert.rejects(other.get(ref('one'), signal), { name: 'AbortError' });
      const states: LiveState[] = [];
      other.watch(types.configMap, { namespace }, (state) => states.push(state)).dispose();
      assert.deepEqual(states, []);
    });
  });
}

async function rejectsWith(code: string, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, code);
    return true;
  });
}

function liveNames(states: readonly LiveState[]): string[] | undefined {
  const state = states.at(-1);
  return state?.kind === 'live' ? state.items.map(({ metadata }) => metadata.name) : undefined;
}
