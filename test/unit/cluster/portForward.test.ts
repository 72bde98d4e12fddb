import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { isAbortError, UserError } from '../../../src/base/errors.ts';
import { VirtualScheduler } from '../../fakes/virtualScheduler.ts';
import { until } from '../../machine/until.ts';
import { type PodServer, type ServedStream, startPodServer } from './podServer.ts';

const never = new AbortController().signal;
const target = { namespace: 'shop', pod: 'web-1', port: 8080 };
const [data, trouble] = [0, 1];
const greeting = Uint8Array.of(0x90, 0x1f);

async function forwarded(served: PodServer, signal = never) {
  const stream = await served.cluster.portForward(target, signal);
  const pod = await served.next();
  pod.send(data, greeting);
  pod.send(trouble, greeting);
  return { stream, pod };
}

async function failureOf(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => assert.fail('it should have failed'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof UserError, String(error));
  return error;
}

function echo({ socket }: ServedStream): void {
  socket.on('message', (message) => socket.send(message));
}

describe('a forwarded port', () => {
  test('carries bytes both ways, without the greeting', async (t) => {
    const served = await startPodServer(t);
    const { stream, pod } = await forwarded(served);
    assert.equal(pod.url.pathname + pod.url.search, '/api/v1/namespaces/shop/pods/web-1/portforward?ports=8080');
    echo(pod);
    const bytes = randomBytes(3_000_000);
    stream.write(bytes);
    const back: Buffer[] = [];
    let length = 0;
    for await (const part of stream) {
      back.push(part as Buffer);
      length += (part as Buffer).length;
      if (length >= bytes.length) break;
    }
    assert.ok(Buffer.concat(back).equals(bytes));
  });

  test('ends when the program in the pod closes', async (t) => {
    const served = await startPodServer(t);
    const { stream, pod } = await forwarded(served);
    pod.send(data, 'the answer');
    pod.socket.close(1000);
    assert.equal(await text(stream), 'the answer');
    await until('it is over', () => stream.destroyed);
  });

  test('what is written after that goes nowhere and harms nobody', async (t) => {
    const served = await startPodServer(t);
    const { stream, pod } = await forwarded(served);
    pod.send(data, 'too large');
    pod.socket.close(1000);
    await until('the server has closed', () => pod.socket.readyState === pod.socket.CLOSED);
    stream.write('more');
    assert.equal(await text(stream), 'too large');
  });

  test('a cut connection is no end', async (t) => {
    const served = await startPodServer(t);
    const { stream, pod } = await forwarded(served);
    pod.send(data, 'half of the ans');
    await until('something came', () => stream.readableLength > 0);
    pod.socket.terminate();
    const error = await failureOf(text(stream));
    assert.equal(error.code, 'cluster.disconnected');
    assert.match(error.message, /port 8080 of Pod web-1 in namespace shop broke/);
  });

  const words: readonly [said: string, code: string, message: RegExp][] = [
    [
      'dial tcp4 127.0.0.1:8080: connect: connection refused',
      'cluster.port-closed',
      /^Nothing listens on port 8080 of Pod web-1 in namespace shop\.$/,
    ],
    ['read tcp4 127.0.0.1:8080: connection reset by peer', 'cluster.port-reset', /program behind port 8080/],
    ['network namespace for sandbox "x" is closed', 'cluster.not-running', /^Pod web-1 .* is not running/],
    ['odd', 'cluster.port-forward', /^Cannot reach port 8080 of Pod web-1 in namespace shop: odd\.$/],
  ];
  for (const [said, code, message] of words) {
    test(`its failure ${code}`, async (t) => {
      const served = await startPodServer(t);
      const { stream, pod } = await forwarded(served);
      pod.send(trouble, `error forwarding port 8080 to pod x, uid : ${said}`);
      pod.socket.close(1000);
      const error = await failureOf(text(stream));
      assert.equal(error.code, code);
      if (code !== 'cluster.port-forward') assert.match(error.message, message);
    });
  }

  test('its signal ends the opening, the cluster ends the rest', async (t) => {
    const served = await startPodServer(t);
    const abort = new AbortController();
    const { stream, pod } = await forwarded(served, abort.signal);
    abort.abort();
    await assert.rejects(served.cluster.portForward(target, abort.signal), isAbortError);
    echo(pod);
    stream.write('alive');
    await until('it lives on', () => String(stream.read()) === 'alive');
    const ended = assert.rejects(text(stream), isAbortError);
    served.cluster.dispose();
    await ended;
    await until('the connection is closed', () => served.open() === 0);
  });

  test('what was written before the end arrives', async (t) => {
    const served = await startPodServer(t);
    const { stream, pod } = await forwarded(served);
    stream.resume();
    const bytes = Buffer.alloc(5_000_000);
    stream.end(bytes, () => stream.destroy());
    await until('all came', () => pod.receivedBytes === bytes.length);
  });

  test('after the end of the request it stays for the answer, not for ever', async (t) => {
    const scheduler = new VirtualScheduler();
    const served = await startPodServer(t, { scheduler });
    const { stream, pod } = await forwarded(served);
    let answer = '';
    stream.on('data', (part: Buffer) => (answer += part.toString()));
    stream.end('request');
    await until('the request came', () => pod.received.length === 1);
    scheduler.advance(9_000);
    pod.send(data, 'slow ');
    await until('some answer came', () => answer === 'slow ');
    scheduler.advance(9_000);
    pod.send(data, 'answer');
    await until('the answer came', () => answer === 'slow answer');
    assert.equal(stream.destroyed, false);
    scheduler.advance(10_000);
    assert.equal(stream.destroyed, true);
    scheduler.advance(1_000);
    assert.deepEqual(scheduler.pending, []);
  });
});

describe('the heartbeat of a forwarded port', () => {
  test('a dead peer is noticed in time', async (t) => {
    const scheduler = new VirtualScheduler();
    const served = await startPodServer(t, { scheduler, autoPong: false });
    const { stream } = await forwarded(served);
    const failed = failureOf(text(stream));
    scheduler.advance(12_500);
    const error = await failed;
    assert.equal(error.code, 'cluster.disconnected');
    assert.deepEqual(scheduler.pending, []);
  });

  test('an idle peer that answers lives', async (t) => {
    const scheduler = new VirtualScheduler();
    const served = await startPodServer(t, { scheduler });
    const { stream, pod } = await forwarded(served);
    let pings = 0;
    pod.socket.on('ping', () => (pings += 1));
    stream.resume();
    // It is asked after every beat on which nothing came, so after every second one.
    for (let count = 1; count <= 122; count += 1) {
      scheduler.advance(2_500);
      scheduler.advance(2_500);
      await until('the ping came', () => pings >= count);
    }
    assert.equal(stream.destroyed, false);
    // Something the kubelet counts, on the channel that it does not read.
    assert.deepEqual(pod.received, [{ channel: trouble, text: '' }]);
    stream.destroy();
    scheduler.advance(1_000);
  });

  test('after a sleep of the laptop the peer gets its time', async (t) => {
    const scheduler = new VirtualScheduler();
    const served = await startPodServer(t, { scheduler });
    const { stream, pod } = await forwarded(served);
    let pings = 0;
    pod.socket.on('ping', () => (pings += 1));
    scheduler.advance(5_000);
    await until('the ping came', () => pings === 1);
    // The timer of a beat fires late, and that once.
    scheduler.advance(2_500);
    assert.equal(stream.destroyed, false);
    stream.destroy();
    scheduler.advance(1_000);
  });

  test('no ping follows a server that has sent all while it is read slowly', async (t) => {
    const scheduler = new VirtualScheduler();
    const served = await startPodServer(t, { scheduler });
    const { stream, pod } = await forwarded(served);
    let pings = 0;
    pod.socket.on('ping', () => (pings += 1));
    const block = Buffer.concat([Buffer.of(data), Buffer.alloc(60_000)]);
    for (let count = 0; count < 100; count += 1) pod.socket.send(block);
    await until('nothing more is read', () => stream.readableLength > stream.readableHighWaterMark);
    scheduler.advance(25_000);
    let [got, beats] = [0, 0];
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      got += (chunk as Buffer).length;
      if (got === 6_000_000) break;
      if (got < 600_000 * (beats + 1)) continue;
      beats += 1;
      scheduler.advance(2_500);
    }
    // Sockets keep order, so a ping would have come before this.
    stream.write('x');
    await until('what was written came', () => pod.received.some(({ text }) => text === 'x'));
    assert.equal(pings, 0);
    stream.destroy();
    scheduler.advance(1_000);
  });

  test('a peer whose reader is slow lives as long as the server can be reached', async (t) => {
    const scheduler = new VirtualScheduler();
    const served = await startPodServer(t, { scheduler });
    const stream = await served.cluster.portForward(target, never);
    const pod = await served.next();
    pod.socket.pause();
    stream.resume();
    stream.write(Buffer.alloc(20_000_000));
    scheduler.advance(12_500);
    await until('the server was asked', () => served.requests.length === 1);
    assert.deepEqual(served.requests, ['GET /version']);
    await until('the answer came', () => !scheduler.pending.includes(30_000));
    assert.equal(stream.destroyed, false);
    served.answer = (_request, response) => response.destroy();
    scheduler.advance(2_500);
    await until('it is given up', () => stream.destroyed);
    assert.ok(served.requests.length > 1);
    pod.socket.resume();
    scheduler.advance(1_000);
  });

  test('our own slow reading is not held against the peer', async (t) => {
    const scheduler = new VirtualScheduler();
    const served = await startPodServer(t, { scheduler });
    const { stream, pod } = await forwarded(served);
    for (let sent = 0; sent < 64; sent += 1) pod.send(data, Buffer.alloc(1024 * 1024));
    await until('the stream is full', () => stream.readableLength >= stream.readableHighWaterMark);
    scheduler.advance(60_000);
    assert.equal(stream.destroyed, false);
    assert.ok(stream.readableLength < 4 * 1024 * 1024);
    let length = 0;
    for await (const part of stream) {
      length += (part as Buffer).length;
      if (length === 64 * 1024 * 1024) break;
    }
    scheduler.advance(1_000);
  });
});
