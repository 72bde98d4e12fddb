import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Duplex } from 'node:stream';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '../../../src/base/errors.ts';
import type { Cluster, ExecStream } from '../../../src/cluster/cluster.ts';
import { types } from '../../../src/cluster/core/objects.ts';
import { readPod } from '../../../src/cluster/core/pods.ts';
import { until } from '../../machine/until.ts';
import { openTestCluster, type OpenedTestCluster } from './openTestCluster.ts';

const bulkBytes = 100 * 1024 * 1024;
const ports = { echo: 7001, source: 7002, sink: 7003, closed: 7009 } as const;

/** Says what came back, sends 100 MiB, and counts 100 MiB; each on a port of its own. */
const program = `
const net = require('node:net');
const serve = (port, talk) => net.createServer((c) => { c.setNoDelay(); c.on('error', () => {}); talk(c); }).listen(port, '127.0.0.1');
serve(${ports.echo}, (c) => c.pipe(c));
serve(${ports.source}, (c) => {
  let left = ${bulkBytes};
  const block = Buffer.alloc(65536, 7);
  const send = () => { for (; left > 0; left -= block.length) if (!c.write(block)) { left -= block.length; c.once('drain', send); return; } c.end(); };
  send();
});
serve(${ports.sink}, (c) => { let got = 0; c.on('data', (d) => { got += d.length; if (got >= ${bulkBytes}) c.write('got ' + got); }); });
console.log('ready');
`;

describe('streams to a pod', () => {
  let opened: OpenedTestCluster;
  let cluster: Cluster;
  let namespace: string;
  const signal = AbortSignal.timeout(600_000);
  const place = { pod: 'talker', container: 'main' };

  before(async () => {
    opened = await openTestCluster();
    ({ cluster, namespace } = opened);
    const container = {
      name: place.container,
      image: 'docker.io/podloop/dev-node:24',
      imagePullPolicy: 'IfNotPresent',
      command: ['node', '-e', program],
    };
    const spec = { terminationGracePeriodSeconds: 0, containers: [container] };
    await cluster.create(types.pod, { metadata: { name: place.pod, namespace }, spec }, signal);
    await until(
      'the pod runs',
      async () => {
        const object = await cluster.get({ type: types.pod, namespace, name: place.pod }, signal);
        return object !== undefined && readPod(object).ready;
      },
      120_000,
    );
    await until('its program listens', async () => {
      const log = await cluster.logs({ namespace, ...place, follow: false, tailLines: 1 }, signal);
      return (await text(log)) === 'ready\n';
    });
  });
  after(() => opened.dispose());

  const run = (command: readonly string[], tty = false): Promise<ExecStream> =>
    cluster.exec({ namespace, ...place, command, tty }, signal);
  const connect = (port: number): Promise<Duplex> => cluster.portForward({ namespace, pod: place.pod, port }, signal);

  /** How much the memory of this process grew at most while `work` ran, in MiB. */
  async function memoryGrowth(work: () => Promise<void>): Promise<number> {
    const start = process.memoryUsage().rss;
    let peak = start;
    const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
    try {
      await work();
    } finally {
      clearInterval(sampling);
    }
    return (peak - start) / 1024 / 1024;
  }

  function tellSpeed(t: TestContext, what: string, started: number): void {
    const seconds = (performance.now() - started) / 1000;
    t.diagnostic(`${what}: ${(bulkBytes / 1e6 / seconds).toFixed(0)} MB/s`);
  }

  for (const code of [0, 1, 7, 137]) {
    test(`exit code ${code}, with input, output and errors apart`, async () => {
      const stream = await run(['sh', '-c', `cat; echo trouble >&2; exit ${code}`]);
      stream.stdin.end('what goes in\n');
      const [out, err] = await Promise.all([text(stream.stdout), text(stream.stderr)]);
      assert.deepEqual([out, err, await stream.exit], ['what goes in\n', 'trouble\n', code]);
    });
  }

  test('a terminal knows its size, also after a change', async () => {
    const stream = await run(
      ['sh', '-c', 'trap "stty size; exit 3" WINCH; echo up; while :; do sleep 0.05; done'],
      true,
    );
    await once(stream.stdout, 'data');
    stream.resize(123, 45);
    assert.match(await text(stream.stdout), /45 123/);
    assert.equal(await stream.exit, 3);
  });

  test('a program that is missing, and a process that is let go', async () => {
    const missing = await run(['no-such-program']);
    await assert.rejects(
      missing.exit,
      (error) => error instanceof UserError && error.code === 'cluster.command-not-found',
    );
    const stream = await run(['sleep', '600']);
    stream.dispose();
    await assert.rejects(stream.exit, { name: 'AbortError' });
  });

  test('100 MiB of output, and none of it piles up while nobody reads', async (t) => {
    const stream = await run(['head', '-c', String(bulkBytes), '/dev/zero']);
    const growth = await memoryGrowth(() => wait(2000));
    assert.ok(growth < 32, `the memory grew by ${growth.toFixed(0)} MiB`);
    const started = performance.now();
    let got = 0;
    for await (const chunk of stream.stdout) got += (chunk as Buffer).length;
    tellSpeed(t, 'process output', started);
    assert.deepEqual([got, await stream.exit], [bulkBytes, 0]);
  });

  // The server closes its end while much is still on the way; whatever is sent to it then would cut that off.
  test('output that is read long after the process ended is complete', async () => {
    const size = 5 * 1024 * 1024;
    const stream = await run(['head', '-c', String(size), '/dev/zero']);
    await wait(6000);
    let got = 0;
    for await (const chunk of stream.stdout) got += (chunk as Buffer).length;
    assert.deepEqual([got, await stream.exit], [size, 0]);
  });

  test('100 MiB of input for a process that is slow to read, with bounded memory', async (t) => {
    const stream = await run(['sh', '-c', 'sleep 2; wc -c']);
    const block = Buffer.alloc(64 * 1024, 'x');
    const started = performance.now();
    const growth = await memoryGrowth(async () => {
      for (let sent = 0; sent < bulkBytes; sent += block.length) {
        if (!stream.stdin.write(block)) await once(stream.stdin, 'drain');
      }
      stream.stdin.end();
      assert.equal((await text(stream.stdout)).trim(), String(bulkBytes));
    });
    assert.equal(await stream.exit, 0);
    tellSpeed(t, 'process input, with 2 s of waiting', started);
    assert.ok(growth < 64, `the memory grew by ${growth.toFixed(0)} MiB`);
  });

  test('round trips through a forwarded port', async (t) => {
    const stream = await connect(ports.echo);
    const times: number[] = [];
    for (let count = 0; count < 500; count += 1) {
      const started = performance.now();
      stream.write(Buffer.alloc(200, count));
      for (let got = 0; got < 200;) {
        const [chunk] = (await once(stream, 'data')) as [Buffer];
        assert.equal(chunk[0], count % 256);
        got += chunk.length;
      }
      times.push(performance.now() - started);
    }
    stream.destroy();
    times.sort((a, b) => a - b);
    t.diagnostic(`round trip of 200 bytes: p50 ${times[250]?.toFixed(2)} ms, p99 ${times[495]?.toFixed(2)} ms`);
  });

  test('100 MiB out of the pod, and none of it piles up while nobody reads', async (t) => {
    const stream = await connect(ports.source);
    const growth = await memoryGrowth(() => wait(2000));
    assert.ok(growth < 32, `the memory grew by ${growth.toFixed(0)} MiB`);
    const started = performance.now();
    let got = 0;
    for await (const chunk of stream) got += (chunk as Buffer).length;
    tellSpeed(t, 'out of the pod', started);
    assert.equal(got, bulkBytes);
  });

  test('100 MiB into the pod, with bounded memory', async (t) => {
    const stream = await connect(ports.sink);
    const block = Buffer.alloc(64 * 1024, 3);
    const started = performance.now();
    const growth = await memoryGrowth(async () => {
      for (let sent = 0; sent < bulkBytes; sent += block.length) {
        if (!stream.write(block)) await once(stream, 'drain');
      }
      const [answer] = (await once(stream, 'data')) as [Buffer];
      assert.equal(answer.toString(), `got ${bulkBytes}`);
    });
    tellSpeed(t, 'into the pod', started);
    stream.destroy();
    assert.ok(growth < 64, `the memory grew by ${growth.toFixed(0)} MiB`);
  });

  test('a port on which nothing listens', async () => {
    const stream = await connect(ports.closed);
    const [error] = (await once(stream.resume(), 'error')) as [unknown];
    assert.ok(error instanceof UserError);
    assert.deepEqual(
      [error.code, error.message],
      ['cluster.port-closed', `Nothing listens on port ${ports.closed} of Pod talker in namespace ${namespace}.`],
    );
  });

  test('a log that is followed ends when it is let go', async () => {
    const log = await cluster.logs({ namespace, ...place, follow: true }, signal);
    const [chunk] = (await once(log, 'data')) as [Buffer];
    assert.equal(chunk.toString(), 'ready\n');
    log.destroy();
    await until('the log is closed', () => log.closed);
  });

  // Last, as it takes the pod away.
  test('a pod that is deleted ends its streams', async () => {
    const [stream, process] = await Promise.all([connect(ports.echo), run(['sleep', '600'])]);
    const ended = once(stream.resume(), 'close');
    stream.on('error', () => undefined);
    const exit = process.exit.catch((error: unknown) => error);
    await cluster.delete({ type: types.pod, namespace, name: place.pod }, signal, { gracePeriodSeconds: 0 });
    await ended;
    const end = await exit;
    assert.ok(end === 137 || (end instanceof UserError && end.code === 'cluster.disconnected'), String(end));
  });
});
