import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, test, type TestContext } from 'node:test';
import type { Cluster, ListScope, LiveState } from '../../../src/cluster/cluster.ts';
import { types } from '../../../src/cluster/core/objects.ts';
import { VirtualScheduler } from '../../fakes/virtualScheduler.ts';
import { until } from '../../machine/until.ts';
import {
  failure,
  json,
  openScripted,
  type SeenRequest,
  type ScriptedServer,
  startScriptedServer,
} from './scriptedServer.ts';

/** An API server of which a test holds the watches in its hands. */
interface Bench {
  readonly cluster: Cluster;
  readonly server: ScriptedServer;
  readonly scheduler: VirtualScheduler;
  /** Open watches, oldest first. */
  readonly watches: ServerResponse[];
  /** What the next lists answer. */
  pods: string[];
  /** Instead of a list or watch; `undefined` for the ordinary answer. */
  refusal: { readonly list?: number; readonly watch?: number } | undefined;
  follow(scope?: ListScope): { readonly states: LiveState[]; readonly dispose: () => void };
}

async function makeBench(t: TestContext): Promise<Bench> {
  const scheduler = new VirtualScheduler();
  const watches: ServerResponse[] = [];
  const answer = ({ url }: SeenRequest, response: ServerResponse): void => {
    const watching = url.searchParams.has('watch');
    const code = watching ? bench.refusal?.watch : bench.refusal?.list;
    if (code !== undefined) json(response, code, failure(code, code === 410 ? 'Expired' : 'InternalError'));
    else if (!watching)
      json(response, 200, { metadata: { resourceVersion: '10' }, items: bench.pods.map((name) => pod(name)) });
    else {
      response.writeHead(200);
      response.flushHeaders();
      watches.push(response);
      response.on('close', () => watches.splice(watches.indexOf(response), 1));
    }
  };
  const server = await startScriptedServer(answer);
  const cluster = openScripted(scheduler, { server: server.address });
  const bench: Bench = {
    cluster,
    server,
    scheduler,
    watches,
    pods: ['a'],
    refusal: undefined,
    follow(scope = {}) {
      const states: LiveState[] = [];
      const watch = cluster.watch(types.pod, scope, (state) => states.push(state));
      return { states, dispose: () => watch.dispose() };
    },
  };
  t.after(async () => {
    cluster.dispose();
    await server.close();
  });
  return bench;
}

function pod(name: string, version = '10', labels: object = {}): object {
  return { metadata: { name, uid: `uid-${name}`, resourceVersion: version, labels } };
}

function line(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function show(state: LiveState | undefined): string {
  if (state === undefined || state.kind === 'loading') return 'loading';
  const names = state.items.map(({ metadata }) => metadata.name).join(' ');
  return state.kind === 'live' ? names : `failed: ${names}`;
}

async function shows(states: readonly LiveState[], wanted: string): Promise<void> {
  await until(`the list shows '${wanted}', not '${show(states.at(-1))}'`, () => show(states.at(-1)) === wanted, 5000);
}

/** Waits for a watch that is open, moving the clock over the pauses between attempts. */
async function watchOpen({ watches, scheduler }: Bench, beyond?: ServerResponse): Promise<ServerResponse> {
  return until('a watch is open', () => {
    // Only short waits are pauses; the long ones are time limits of what goes well.
    if ((scheduler.pending[0] ?? Infinity) <= 15_000) scheduler.advance(scheduler.pending[0] ?? 0);
    return watches.find((one) => one !== beyond);
  });
}

describe('a live list', () => {
  test('lists, then follows changes from the version of the list', async (t) => {
    const bench = await makeBench(t);
    const { states } = bench.follow({ namespace: 'shop', labelSelector: 'a=b' });
    assert.equal(states.length, 0);
    const watch = await watchOpen(bench);
    await shows(states, 'a');
    assert.equal(show(states[0]), 'loading');
    watch.write(line('ADDED', pod('b', '11')));
    await shows(states, 'a b');
    watch.write(line('MODIFIED', pod('a', '12', { new: 'yes' })));
    await until('the change is told', () => {
      const state = states.at(-1);
      return state?.kind === 'live' && state.items[0]?.metadata.labels?.new === 'yes';
    });
    watch.write(line('DELETED', pod('a', '13')));
    await shows(states, 'b');
    const [list, follow] = bench.server.seen.map(({ url }) => url);
    assert.equal(list?.pathname, '/api/v1/namespaces/shop/pods');
    assert.deepEqual(
      ['resourceVersion', 'allowWatchBookmarks', 'labelSelector'].map((key) => follow?.searchParams.get(key)),
      ['10', 'true', 'a=b'],
    );
  });

  test('tells once for many lines that came together, also when lines are cut anywhere', async (t) => {
    const bench = await makeBench(t);
    bench.pods = [];
    const { states } = bench.follow();
    const watch = await watchOpen(bench);
    await shows(states, '');
    const told = states.length;
    watch.write(['ä', 'b', 'c', 'd'].map((name) => line('ADDED', pod(name))).join(''));
    await shows(states, 'ä b c d');
    assert.equal(states.length, told + 1);
    const bytes = Buffer.from(line('ADDED', pod('ö-é')));
    const middle = bytes.indexOf('ö') + 1;
    watch.write(bytes.subarray(0, middle));
    watch.write(bytes.subarray(middle, -1));
    watch.write(bytes.subarray(-1));
    await shows(states, 'ä b c d ö-é');
  });

  test('goes on from the last version when a watch ends or is cut', async (t) => {
    const bench = await makeBench(t);
    const { states } = bench.follow();
    const first = await watchOpen(bench);
    first.write(line('ADDED', pod('b', '11')));
    first.write(line('BOOKMARK', { metadata: { resourceVersion: '20' } }));
    await shows(states, 'a b');
    first.end();
    const second = await watchOpen(bench, first);
    second.write(line('ADDED', pod('c', '21')));
    await shows(states, 'a b c');
    second.destroy();
    await watchOpen(bench, second);
    const versions = bench.server.seen.map(({ url }) => url.searchParams.get('resourceVersion'));
    assert.deepEqual(versions, [null, '10', '20', '21']);
    assert.ok(
      states.every(({ kind }) => kind !== 'failed'),
      'a short gap is no failure',
    );
  });

  const relists: readonly (readonly [name: string, end: (watch: ServerResponse) => void])[] = [
    ['the version is gone', (watch) => void watch.write(line('ERROR', failure(410, 'Expired')))],
    ['a line cannot be read', (watch) => void watch.write('{"type":"ADDED","obj\n')],
    ['an event is of no known type', (watch) => void watch.write(line('STRANGE', pod('x')))],
    ['an object has no name', (watch) => void watch.write(line('ADDED', { metadata: {} }))],
  ];
  for (const [name, end] of relists) {
    test(`lists again when ${name}`, async (t) => {
      const bench = await makeBench(t);
      bench.pods = ['a', 'b'];
      const { states } = bench.follow();
      const watch = await watchOpen(bench);
      await shows(states, 'a b');
      bench.pods = ['c', 'b'];
      end(watch);
      await watchOpen(bench, watch);
      await shows(states, 'b c');
      assert.ok(states.every(({ kind }) => kind !== 'failed'));
    });
  }

  test('lists again when the version is gone before a watch can start', async (t) => {
    const bench = await makeBench(t);
    const { states } = bench.follow();
    const watch = await watchOpen(bench);
    await shows(states, 'a');
    bench.refusal = { watch: 410 };
    bench.pods = ['b'];
    watch.end();
    await until('the next watch was refused', () => {
      bench.scheduler.advance(100);
      return bench.server.seen.length >= 3;
    });
    bench.refusal = undefined;
    await watchOpen(bench, watch);
    await shows(states, 'b');
    assert.ok(states.every(({ kind }) => kind !== 'failed'));
  });

  test('says that the server is away with the last known items, and waits longer each time', async (t) => {
    const bench = await makeBench(t);
    const { states } = bench.follow();
    const watch = await watchOpen(bench);
    await shows(states, 'a');
    bench.refusal = { list: 500, watch: 500 };
    watch.destroy();
    const waits: number[] = [];
    while (waits.length < 10) {
      const wait = await until('it pauses', () => {
        const [pause = Infinity] = bench.scheduler.pending;
        return pause <= 15_000 && pause;
      });
      waits.push(wait);
      bench.scheduler.advance(wait);
    }
    await shows(states, 'failed: a');
    waits.forEach((wait, index) => {
      const full = Math.min(15_000, 100 * 2 ** index);
      assert.ok(wait >= full / 2 && wait <= full, `pause ${index} of ${wait} ms is between ${full / 2} and ${full}`);
    });
    bench.refusal = undefined;
    await watchOpen(bench, watch);
    await shows(states, 'a');
  });

  test('a list that never worked fails without items', async (t) => {
    const bench = await makeBench(t);
    bench.refusal = { list: 403 };
    const { states } = bench.follow();
    await shows(states, 'failed: ');
    const state = states.at(-1);
    assert.ok(state?.kind === 'failed' && 'code' in state.error && state.error.code === 'cluster.forbidden');
  });

  test('a watch that is silent for too long is replaced', async (t) => {
    const bench = await makeBench(t);
    const { states } = bench.follow();
    const watch = await watchOpen(bench);
    await shows(states, 'a');
    bench.scheduler.advance(150_000);
    await watchOpen(bench, watch);
    await until('the silent one is closed', () => bench.watches.length === 1);
  });

  test('listeners of one scope share a watch, which ends with the last of them', async (t) => {
    const bench = await makeBench(t);
    const first = bench.follow({ namespace: 'shop' });
    await watchOpen(bench);
    await shows(first.states, 'a');
    const second = bench.follow({ namespace: 'shop' });
    const other = bench.follow({ namespace: 'else' });
    assert.equal(second.states.length, 0);
    await shows(second.states, 'a');
    assert.equal(second.states.length, 1, 'a newcomer is told the present state only');
    await until('both scopes are watched', () => bench.watches.length === 2);
    first.dispose();
    first.dispose();
    bench.watches[0]?.write(line('ADDED', pod('b')));
    await shows(second.states, 'a b');
    assert.equal(show(first.states.at(-1)), 'a');
    second.dispose();
    await until('one watch is left', () => bench.watches.length === 1);
    other.dispose();
    await until('no watch is left', () => bench.watches.length === 0);
    await until('no timer is left', () => bench.scheduler.pending.length === 0);
  });

  test('nothing is left when it is disposed at once, or while it pauses', async (t) => {
    const bench = await makeBench(t);
    bench.follow().dispose();
    bench.refusal = { list: 500 };
    const { states, dispose } = bench.follow();
    await shows(states, 'failed: ');
    dispose();
    await until('no timer is left', () => bench.scheduler.pending.length === 0);
    bench.cluster.dispose();
    await until('no connection is left', async () => (await bench.server.open()) === 0);
  });
});
