import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { isAbortError, UserError } from '../../../src/base/errors.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import { type KubeObject, types } from '../../../src/cluster/core/objects.ts';
import { recordAnnotation } from '../../../src/devmode/core/record.ts';
import { endDevMode, type EndOptions } from '../../../src/devmode/endDevMode.ts';
import { startDevMode, type StartOptions } from '../../../src/devmode/startDevMode.ts';
import { FakeCluster, type FakeClusterOptions } from '../../fakes/fakeCluster.ts';
import { VirtualScheduler } from '../../fakes/virtualScheduler.ts';
import { type PodMaker, runController, runningPod } from './deploymentController.ts';
import { devSpec, webRef } from './devSpecs.ts';

const web: KubeObject = {
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'shop/web:1', args: ['serve'] }] },
    },
  },
};

const over = { keptChanges: [], unfinished: undefined, leftover: undefined };

describe('startDevMode', () => {
  it('changes the workload by one write and gives the pod', async () => {
    const world = makeWorld();
    const steps: string[] = [];
    const started = await world.start({ onStep: ({ step }) => steps.push(step) });
    assert.deepEqual(started, { pod: 'web-dev-1', mountsBelow: [] });
    assert.deepEqual(
      steps.filter((step, index) => step !== steps[index - 1]),
      ['check', 'patch', 'schedule', 'pull', 'containers'],
    );
    const writes = world.cluster.requests.filter(
      ({ verb, dryRun }) => !['get', 'list', 'watch'].includes(verb) && dryRun !== true,
    );
    assert.deepEqual(
      writes.map(({ verb, name }) => `${verb} ${name ?? ''}`),
      ['patch web'],
    );
    assert.equal(world.cluster.openWatches, 1, 'only the controller watches');
    assert.deepEqual(world.scheduler.pending, []);
    assert.equal((await world.end()).outcome, 'restored');
    world.expectUntouched();
  });

  it('finds a session of its own that is there already', async () => {
    const world = makeWorld();
    await world.start();
    assert.equal((await world.start()).pod, 'web-dev-1');
    assert.equal(world.cluster.requests.filter(({ verb }) => verb === 'patch').length, 1);
  });

  it('leaves the session of another developer alone', async () => {
    const world = makeWorld();
    await world.start({ session: 'theirs' });
    await assert.rejects(world.start(), { code: 'devmode.already-mine' });
    await assert.rejects(world.start({ installation: 'i2' }), { code: 'devmode.taken' });
    assert.match(world.annotation() ?? '', /"session":"theirs"/);
  });

  for (const kind of ['fails', 'is cancelled'] as const) {
    it(`puts everything back whichever request ${kind}`, async () => {
      const all = makeWorld();
      await all.start();
      const count = all.calls.length;
      assert.ok(count >= 9, String(count));
      for (let index = 0; index < count; index += 1) {
        const abort = new AbortController();
        const failure = new Error(`request ${index} failed`);
        const world = makeWorld({}, (call) => {
          if (call !== index) return;
          if (kind === 'fails') throw failure;
          abort.abort();
        });
        const outcome = await world.start({ signal: abort.signal }).catch((error: unknown) => error);
        const name = `${index}: ${all.calls[index] ?? ''}`;
        if (outcome instanceof Error) {
          assert.ok(kind === 'fails' ? outcome === failure : isAbortError(outcome), `${name}: ${outcome.message}`);
          world.expectUntouched(name);
        } else {
          // Autoscalers and dry runs may be forbidden: start goes on without them.
          assert.ok(
            kind === 'fails' && /^(list horizontalpodautoscalers|create pods)/.test(all.calls[index] ?? ''),
            name,
          );
        }
        assert.equal(world.cluster.openWatches, 1, name);
        assert.deepEqual(world.scheduler.pending, [], name);
      }
    });
  }

  it('puts everything back when the answer to its write is lost', async () => {
    const lost = new UserError({ code: 'cluster.unreachable', message: 'The cluster cannot be reached.' });
    const world = makeWorld({}, (_, call) => {
      if (call === 'patch deployments done') throw lost;
    });
    const started = world.start();
    await assert.rejects(world.passing(started), lost);
    world.expectUntouched();
  });

  it('says so when the workload cannot be put back', async () => {
    const abort = new AbortController();
    const world = makeWorld(
      {},
      () => {
        if (abort.signal.aborted)
          throw new UserError({ code: 'cluster.unreachable', message: 'The cluster cannot be reached.' });
      },
      () => undefined,
    );
    const started = world.start({
      signal: abort.signal,
      onStep: ({ step }) => {
        if (step === 'schedule') abort.abort();
      },
    });
    await assert.rejects(world.passing(started), (error: UserError) => {
      assert.equal(error.code, 'devmode.not-restored');
      assert.equal(
        error.message,
        'The start was cancelled. Deployment web in namespace shop could not be put back: The cluster cannot be reached.',
      );
      assert.deepEqual(error.remedies[0], { kind: 'endDevMode' });
      return true;
    });
  });

  it('gives trouble that may pass its time', async () => {
    const world = makeWorld({}, undefined, (session, template) => {
      const pod = runningPod(session, template);
      const conditions = [{ type: 'PodScheduled', status: 'False', message: 'Insufficient cpu.' }];
      return { ...pod, spec: {}, status: { conditions } };
    });
    const started = world.start();
    started.catch(() => {});
    await world.until(() => world.scheduler.pending.includes(8000));
    world.scheduler.advance(7999);
    await settled();
    assert.ok(world.annotation() !== undefined);
    world.scheduler.advance(1);
    await assert.rejects(started, { code: 'devmode.unschedulable' });
    world.expectUntouched();
  });

  it('keeps the last output of a container that crashed', async () => {
    const logs: NonNullable<FakeClusterOptions['logs']> = ({ container }) => {
      assert.equal(container, 'web');
      return Readable.from(['one\n', 'no database\n']);
    };
    const world = makeWorld({ logs }, undefined, (session, template) => {
      const pod = runningPod(session, template);
      const state = { waiting: { reason: 'CrashLoopBackOff' } };
      const containerStatuses = [{ name: 'web', state, lastState: { terminated: { exitCode: 2 } } }];
      return { ...pod, status: { containerStatuses } };
    });
    await assert.rejects(world.start(), (error: UserError) => {
      assert.match(error.message, /exit code 2\. Last output: no database$/);
      assert.equal(error.detail, 'one\nno database');
      return true;
    });
    world.expectUntouched();
  });
});

describe('endDevMode', () => {
  it('goes on when the cluster is away for a moment, and knows that a write whose answer was lost has happened', async () => {
    const away = new UserError({ code: 'cluster.unreachable', message: 'The cluster cannot be reached.' });
    let ending = false;
    let failures = 2;
    const world = makeWorld({}, (_, call) => {
      const lost = call === 'patch deployments done';
      if (!ending || (!lost && call !== 'get deployments') || failures === 0) return;
      failures -= lost ? failures : 1;
      throw away;
    });
    await world.start();
    ending = true;
    const result = await world.passing(world.end());
    assert.deepEqual(result, { ...over, outcome: 'restored' });
    world.expectUntouched();
  });

  it('gives up when the cluster stays away, and when the workload never holds still', async () => {
    const world = makeWorld();
    await world.start();
    world.cluster.setOutage(new UserError({ code: 'cluster.unreachable', message: 'away' }));
    await assert.rejects(world.passing(world.end()), { code: 'cluster.unreachable' });
    world.cluster.setOutage(undefined);
    const busy = makeWorld({}, (_, call) => {
      if (ending && call === 'patch deployments')
        busy.cluster.merge(webRef, { metadata: { labels: { at: String(at++) } } });
    });
    let [at, ending] = [0, false];
    await busy.start();
    ending = true;
    await assert.rejects(busy.end(), { code: 'devmode.busy' });
  });

  it('refuses what a newer version wrote, and what cannot be understood', async () => {
    const world = makeWorld();
    await world.start();
    for (const [text, code] of [
      ['{"version":2,"podloop":"9.0.0"}', 'devmode.record-newer'],
      ['{', 'devmode.record-damaged'],
    ] as const) {
      world.cluster.merge(webRef, { metadata: { annotations: { [recordAnnotation]: text } } });
      await assert.rejects(world.end(), { code });
    }
    const evil = { path: ['metadata', 'name'], after: 'web', before: 'other' };
    const record = {
      version: 1,
      session: 's',
      developer: { user: 'u', host: 'h', installation: 'i' },
      since: '',
      container: 'web',
      workDir: '/app',
      podloop: '1',
      edits: [evil],
    };
    world.cluster.merge(webRef, { metadata: { annotations: { [recordAnnotation]: JSON.stringify(record) } } });
    await assert.rejects(world.end(), { code: 'devmode.record-damaged' });
  });

  it('stops waiting when asked, and says what was missing', async () => {
    const world = makeWorld();
    await world.start();
    world.controller.dispose();
    const abort = new AbortController();
    const told: string[] = [];
    const ended = world.end({ signal: abort.signal, onProgress: (detail) => told.push(detail) });
    await world.until(() => told.length > 0);
    abort.abort();
    assert.deepEqual(await ended, { ...over, outcome: 'restored', unfinished: 'Waiting for the controller' });
  });
});

interface World {
  readonly cluster: FakeCluster;
  readonly scheduler: VirtualScheduler;
  readonly controller: { dispose(): void };
  /** The requests of dev mode so far, as `verb plural`. */
  readonly calls: readonly string[];
  start(options?: Partial<StartOptions> & { session?: string; installation?: string }): Promise<{ pod: string }>;
  end(options?: Partial<EndOptions>): ReturnType<typeof endDevMode>;
  annotation(): string | undefined;
  expectUntouched(name?: string): void;
  until(probe: () => boolean): Promise<void>;
  /** The promise's outcome, with the clock running. */
  passing<T>(promise: Promise<T>): Promise<T>;
}

/** A fake cluster with `web` and its controller. `onCall` sees each request of dev mode, and again when it is `done`. */
function makeWorld(
  options: FakeClusterOptions = {},
  onCall: (index: number, call: string) => void = () => {},
  makePod: PodMaker = runningPod,
): World {
  const cluster = new FakeCluster(options);
  const scheduler = new VirtualScheduler();
  const calls: string[] = [];
  const watched = counting(cluster, calls, onCall);
  const controller = runController(cluster, webRef, makePod);
  const original = cluster.put(types.deployment, web);
  const common = { scheduler, log: silentLog };
  const annotation = (): string | undefined => cluster.peek(webRef)?.metadata.annotations?.[recordAnnotation];
  const until: World['until'] = async (probe) => {
    for (let turn = 0; !probe(); turn += 1) {
      assert.ok(turn < 1000, 'waited in vain');
      await settled();
    }
  };
  return {
    cluster,
    scheduler,
    controller,
    calls,
    annotation,
    until,
    start: ({ session = devSpec().session, installation = 'i1', ...rest } = {}) =>
      startDevMode(watched, webRef, devSpec({ session, developer: { ...devSpec().developer, installation } }), {
        ...common,
        signal: new AbortController().signal,
        onStep: () => {},
        ...rest,
      }),
    end: (rest = {}) => endDevMode(watched, webRef, { ...common, signal: new AbortController().signal, ...rest }),
    expectUntouched(name) {
      const now = cluster.peek(webRef);
      assert.ok(now, name);
      assert.deepEqual(now.spec, original.spec, name);
      assert.equal(now.metadata.annotations?.[recordAnnotation], undefined, name);
      assert.equal(cluster.peek({ type: types.replicaSet, namespace: 'shop', name: 'web-dev' }), undefined, name);
    },
    async passing(promise) {
      let over = false;
      const done = (): void => {
        over = true;
      };
      promise.then(done, done);
      await until(() => {
        scheduler.advance(500);
        return over;
      });
      return promise;
    },
  };
}

/** The cluster, with `onCall` called before each request, and after each write. */
function counting(cluster: FakeCluster, calls: string[], onCall: (index: number, call: string) => void): Cluster {
  const before = (call: string): void => {
    calls.push(call);
    onCall(calls.length - 1, call);
  };
  return new Proxy<Cluster>(cluster, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      if (key === 'watch') return value.bind(target) as unknown;
      return async (...args: readonly unknown[]) => {
        const call = `${String(key)} ${pluralOf(args[0])}`;
        before(call);
        const result: unknown = await Reflect.apply(value, target, args);
        if (key === 'patch') onCall(-1, `${call} done`);
        return result;
      };
    },
  });
}

function pluralOf(argument: unknown): string {
  if (typeof argument !== 'object' || argument === null) return '';
  if ('plural' in argument) return String(argument.plural);
  return 'type' in argument ? pluralOf(argument.type) : '';
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
