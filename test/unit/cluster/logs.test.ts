import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, test, type TestContext } from 'node:test';
import { UserError } from '../../../src/base/errors.ts';
import { systemScheduler } from '../../../src/base/scheduler.ts';
import { until } from '../../machine/until.ts';
import { failure, json, openScripted, startScriptedServer } from './scriptedServer.ts';

const never = new AbortController().signal;
const place = { namespace: 'shop', pod: 'web-1', container: 'app' };

async function opened(t: TestContext, answer: (response: ServerResponse) => void) {
  const server = await startScriptedServer((_request, response) => answer(response));
  const cluster = openScripted(systemScheduler, { server: server.address });
  t.after(async () => {
    cluster.dispose();
    await server.close();
  });
  return { server, cluster };
}

describe('the log of a container', () => {
  test('is asked for and read', async (t) => {
    const { server, cluster } = await opened(t, (response) => response.end('one\ntwo\n'));
    assert.equal(
      await text(await cluster.logs({ ...place, follow: false, tailLines: 2, previous: true }, never)),
      'one\ntwo\n',
    );
    const [request] = server.seen;
    assert.equal(request?.url.pathname, '/api/v1/namespaces/shop/pods/web-1/log');
    assert.deepEqual(Object.fromEntries(request.url.searchParams), {
      container: 'app',
      follow: 'false',
      tailLines: '2',
      previous: 'true',
    });
  });

  test('waits at the server while nobody reads it', async (t) => {
    const block = Buffer.alloc(1024 * 1024, 'x');
    const answers: ServerResponse[] = [];
    const { cluster } = await opened(t, (response) => {
      answers.push(response);
      for (let count = 0; count < 32; count += 1) response.write(block);
      response.end();
    });
    const log = await cluster.logs({ ...place, follow: true }, never);
    await until('it is full', () => log.readableLength >= log.readableHighWaterMark);
    assert.ok((answers[0]?.writableLength ?? 0) > 16 * block.length);
    assert.equal((await text(log)).length, 32 * block.length);
  });

  test('that is cut is no end', async (t) => {
    const { cluster } = await opened(t, (response) => {
      response.write('half', () => response.destroy());
    });
    const log = await cluster.logs({ ...place, follow: true }, never);
    const error = await text(log).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, 'cluster.disconnected');
    assert.match(error.message, /log of container app of Pod web-1 in namespace shop broke/);
  });

  for (const by of ['destroy', 'signal', 'cluster'] as const) {
    test(`ends by ${by}, and its connection with it`, async (t) => {
      const { server, cluster } = await opened(t, (response) => response.write('line\n'));
      const abort = new AbortController();
      const log = await cluster.logs({ ...place, follow: true }, abort.signal);
      await until('it flows', () => log.readableLength > 0 || log.read() !== null);
      if (by === 'destroy') log.destroy();
      else if (by === 'signal') abort.abort();
      else cluster.dispose();
      await until('it is over', () => log.destroyed);
      if (by !== 'destroy') assert.equal(log.errored?.name, 'AbortError');
      await until('the connection is closed', async () => (await server.open()) === 0);
    });
  }

  test('that does not exist is refused', async (t) => {
    const { cluster } = await opened(t, (response) => {
      json(response, 400, failure(400, 'BadRequest', 'previous terminated container "app" in pod "web-1" not found'));
    });
    await assert.rejects(cluster.logs({ ...place, follow: false, previous: true }, never), {
      code: 'cluster.invalid',
      message: /^Cannot read the log of Pod web-1 in namespace shop: previous terminated container/,
    });
  });
});
