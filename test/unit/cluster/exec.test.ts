import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { UserError } from '../../../src/base/errors.ts';
import type { ExecOptions } from '../../../src/cluster/cluster.ts';
import { VirtualScheduler } from '../../fakes/virtualScheduler.ts';
import { until } from '../../machine/until.ts';
import { startPodServer } from './podServer.ts';
import { failure } from './scriptedServer.ts';

const never = new AbortController().signal;
const shell: ExecOptions = {
  namespace: 'shop',
  pod: 'web-1',
  container: 'app',
  command: ['sh', '-c', 'echo "a&b" c'],
  tty: false,
};
const [stdin, stdout, stderr, status, resize, close] = [0, 1, 2, 3, 4, 255];

function ended(code: number): string {
  if (code === 0) return JSON.stringify({ status: 'Success', metadata: {} });
  const details = { causes: [{ reason: 'ExitCode', message: String(code) }] };
  return JSON.stringify({ status: 'Failure', reason: 'NonZeroExitCode', details });
}

async function failureOf(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => assert.fail('it should have failed'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof UserError, String(error));
  return error;
}

describe('a process in a container', () => {
  test('what is asked for', async (t) => {
    const served = await startPodServer(t);
    const authorization: (string | undefined)[] = [];
    served.refuse = ({ headers }) => {
      authorization.push(headers.authorization);
      return false;
    };
    await served.cluster.exec(shell, never);
    await served.cluster.exec({ ...shell, tty: true }, never);
    const [{ url }, { url: tty }] = [await served.next(), await served.next()];
    assert.equal(url.pathname, '/api/v1/namespaces/shop/pods/web-1/exec');
    assert.deepEqual(url.searchParams.getAll('command'), shell.command);
    const asked = (one: URL) =>
      ['container', 'stdin', 'stdout', 'stderr', 'tty'].map((key) => one.searchParams.get(key));
    assert.deepEqual(asked(url), ['app', 'true', 'true', 'true', 'false']);
    assert.deepEqual(asked(tty), ['app', 'true', 'true', 'false', 'true']);
    assert.deepEqual(authorization, ['Bearer secret', 'Bearer secret']);
  });

  test('its output, input and exit code', async (t) => {
    const served = await startPodServer(t);
    const running = await served.cluster.exec(shell, never);
    const stream = await served.next();
    stream.send(stdout, '');
    running.stdin.write('one ');
    running.stdin.end('two');
    await until('stdin was closed', () => stream.received.length === 3);
    assert.deepEqual(stream.received, [
      { channel: stdin, text: 'one ' },
      { channel: stdin, text: 'two' },
      { channel: close, text: '\0' },
    ]);
    stream.send(stdout, 'out');
    stream.send(stderr, 'err');
    stream.send(stdout, 'put');
    stream.send(status, ended(42));
    assert.deepEqual(await Promise.all([text(running.stdout), text(running.stderr), running.exit]), [
      'output',
      'err',
      42,
    ]);
    running.stdin.write('to nobody');
    running.dispose();
  });

  test('a listener has all output by the time of the exit code', async (t) => {
    const served = await startPodServer(t);
    const running = await served.cluster.exec(shell, never);
    let output = '';
    running.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const stream = await served.next();
    for (let line = 0; line < 1000; line += 1) stream.send(stdout, `${line}\n`);
    stream.send(status, ended(0));
    assert.equal(await running.exit, 0);
    assert.equal(output.split('\n').length, 1001);
  });

  test('with an older server, which cannot close stdin', async (t) => {
    const served = await startPodServer(t, { protocol: 'v4.channel.k8s.io' });
    const running = await served.cluster.exec(shell, never);
    const stream = await served.next();
    running.stdin.end('all');
    running.resize(80, 24);
    await until('the input came', () => stream.received.length === 1);
    stream.send(status, ended(0));
    assert.equal(await running.exit, 0);
    assert.deepEqual(stream.received, [{ channel: stdin, text: 'all' }]);
  });

  test('the size of its terminal', async (t) => {
    const served = await startPodServer(t);
    const running = await served.cluster.exec({ ...shell, tty: true }, never);
    running.resize(132, 50);
    const stream = await served.next();
    await until('the size came', () => stream.received.length === 1);
    const told = { channel: resize, text: '{"Width":132,"Height":50}' };
    assert.deepEqual(stream.received, [told]);
    // The runtime may not have made the terminal when the first one came.
    stream.send(stdout, '$ ');
    await until('the size came again', () => stream.received.length === 2);
    running.resize(80, 24);
    stream.send(stdout, '$ ');
    await until('the new size came', () => stream.received.length === 3);
    assert.deepEqual(stream.received, [told, told, { channel: resize, text: '{"Width":80,"Height":24}' }]);
    running.dispose();
  });
});

describe('a process that cannot be run', () => {
  const internal = (message: string): string => JSON.stringify({ ...failure(500, 'InternalError', message) });
  const cases: readonly [status: string, code: string, message: RegExp][] = [
    [
      internal('exec: "sh": executable file not found in $PATH'),
      'cluster.command-not-found',
      /^There is no program sh in container app of Pod web-1 in namespace shop\.$/,
    ],
    [internal('container not found ("app")'), 'cluster.not-running', /container app of Pod web-1 .* is not running/],
    [internal('error dialing backend: no route'), 'cluster.exec-failed', /Cannot run sh in .*: error dialing backend/],
    ['not json', 'cluster.disconnected', /Pod web-1 in namespace shop broke/],
  ];
  for (const [sent, code, message] of cases) {
    test(code, async (t) => {
      const served = await startPodServer(t);
      const running = await served.cluster.exec(shell, never);
      (await served.next()).send(status, sent);
      const error = await failureOf(running.exit);
      assert.equal(error.code, code);
      assert.match(error.message, message);
    });
  }

  test('because the right is missing', async (t) => {
    const served = await startPodServer(t);
    const message =
      'pods "web-1" is forbidden: User "ann" cannot create resource "pods/exec" in API group "" in the namespace "shop"';
    served.refuse = (_request, answer) => {
      answer('403 Forbidden', JSON.stringify(failure(403, 'Forbidden', message)));
      return true;
    };
    const error = await failureOf(served.cluster.exec(shell, never));
    assert.equal(error.code, 'cluster.forbidden');
    assert.match(error.message, /^User ann may not run a command in Pod web-1 .*create pods\/exec/);
    const [remedy] = error.remedies;
    assert.ok(remedy?.kind === 'copyText');
    assert.match(remedy.text, /pods\/exec\n[^]*- get\n\s+- create/);
  });

  test('because something in between answers in its own words', async (t) => {
    const served = await startPodServer(t);
    served.refuse = (_request, answer) => {
      answer('502 Bad Gateway', '<html>no websockets here</html>');
      return true;
    };
    assert.equal((await failureOf(served.cluster.exec(shell, never))).code, 'cluster.server');
  });

  test('because the login has expired; it is renewed once', async (t) => {
    const served = await startPodServer(t);
    let asked = 0;
    let refusals = 1;
    served.refuse = (_request, answer) => {
      asked += 1;
      if (asked > refusals) return false;
      answer('401 Unauthorized', JSON.stringify(failure(401, 'Unauthorized')));
      return true;
    };
    (await served.cluster.exec(shell, never)).dispose();
    assert.equal(asked, 2);
    refusals = Infinity;
    assert.equal((await failureOf(served.cluster.exec(shell, never))).code, 'cluster.login-expired');
    assert.equal(asked, 4);
  });

  test('because nobody answers', async (t) => {
    const scheduler = new VirtualScheduler();
    const served = await startPodServer(t, { scheduler });
    let asked = false;
    served.refuse = () => (asked = true);
    const waiting = failureOf(served.cluster.exec(shell, never));
    await until('the request came', () => asked);
    scheduler.advance(15_000);
    assert.equal((await waiting).code, 'cluster.timeout');
    assert.deepEqual(scheduler.pending, []);
  });
});

describe('a process that is let go', () => {
  test('before it is open, by its signal', async (t) => {
    const served = await startPodServer(t);
    const abort = new AbortController();
    let asked = false;
    served.refuse = () => (asked = true);
    const waiting = served.cluster.exec(shell, abort.signal);
    await until('the request came', () => asked);
    abort.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
    await assert.rejects(served.cluster.exec(shell, abort.signal), { name: 'AbortError' });
    await until('the connection is closed', () => served.open() === 0);
  });

  for (const by of ['dispose', 'cluster'] as const) {
    test(`by the end of the ${by === 'cluster' ? 'cluster' : 'stream'}`, async (t) => {
      const served = await startPodServer(t);
      const running = await served.cluster.exec(shell, never);
      const stream = await served.next();
      if (by === 'dispose') running.dispose();
      else served.cluster.dispose();
      await assert.rejects(running.exit, { name: 'AbortError' });
      assert.ok(running.stdout.destroyed && running.stderr.destroyed && running.stdin.destroyed);
      await until('the connection is closed', () => served.open() === 0);
      assert.equal(stream.socket.readyState, stream.socket.CLOSED);
      running.dispose();
    });
  }

  test('not by the signal that it was opened with', async (t) => {
    const served = await startPodServer(t);
    const abort = new AbortController();
    const running = await served.cluster.exec(shell, abort.signal);
    abort.abort();
    (await served.next()).send(status, ended(7));
    assert.equal(await running.exit, 7);
  });

  for (const how of ['in order', 'at once'] as const) {
    test(`by a server that closes ${how} without a word`, async (t) => {
      const served = await startPodServer(t);
      const running = await served.cluster.exec(shell, never);
      const stream = await served.next();
      stream.send(stdout, 'half of it');
      if (how === 'in order') stream.socket.close(1000);
      else stream.socket.terminate();
      assert.equal((await failureOf(running.exit)).code, 'cluster.disconnected');
      assert.equal((await failureOf(text(running.stdout))).code, 'cluster.disconnected');
    });
  }
});

describe('back-pressure of a process', () => {
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  const chunks = 32;

  test('output waits at the server while nobody reads it', async (t) => {
    const served = await startPodServer(t);
    const running = await served.cluster.exec(shell, never);
    const stream = await served.next();
    for (let sent = 0; sent < chunks; sent += 1) stream.send(stdout, chunk);
    stream.send(status, ended(0));
    await until('the server is held back', () => running.stdout.readableLength > 0);
    await settled(() => stream.socket.bufferedAmount);
    assert.ok(stream.socket.bufferedAmount > 16 * 1024 * 1024, `${stream.socket.bufferedAmount} wait`);
    assert.ok(running.stdout.readableLength < 4 * 1024 * 1024, `${running.stdout.readableLength} are held`);
    let length = 0;
    for await (const part of running.stdout) length += (part as Buffer).length;
    assert.equal(length, chunks * chunk.length);
    assert.equal(await running.exit, 0);
  });

  test('input waits here while the process does not read it', async (t) => {
    const served = await startPodServer(t);
    const running = await served.cluster.exec(shell, never);
    const stream = await served.next();
    stream.socket.pause();
    for (let written = 0; written < chunks; written += 1) running.stdin.write(chunk);
    running.stdin.end();
    await settled(() => running.stdin.writableLength);
    assert.ok(running.stdin.writableLength > 16 * 1024 * 1024, `${running.stdin.writableLength} wait`);
    stream.socket.resume();
    await until('all came', () => stream.received.at(-1)?.channel === close);
    assert.equal(stream.receivedBytes, chunks * chunk.length + 1);
    running.dispose();
  });
});

/** Waits until a number stands still. */
async function settled(measure: () => number): Promise<void> {
  let [last, same] = [NaN, 0];
  await until('it stands still', () => {
    const now = measure();
    same = now === last ? same + 1 : 0;
    last = now;
    return same >= 3;
  });
}
