import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { silentLog } from '../../../src/base/log.ts';
import { UserError } from '../../../src/base/errors.ts';
import { type DialPod, PortForwards } from '../../../src/session/portForwards.ts';

async function echoServer(t: TestContext): Promise<number> {
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return portOf(server);
}

function portOf(server: Server): number {
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

function open(t: TestContext, dial: DialPod): PortForwards {
  const forwards = new PortForwards(dial, silentLog);
  t.after(() => forwards.closeAll());
  return forwards;
}

test('bytes go both ways and the end of one way is kept apart from the other', async (t) => {
  const pod = await echoServer(t);
  const forwards = open(t, () => Promise.resolve(connect({ port: pod, host: '127.0.0.1', allowHalfOpen: true })));
  const { local } = await forwards.open(pod, 0);
  const client = connect({ port: local, host: '127.0.0.1' });
  client.end('hello');
  assert.equal(await text(client), 'hello');
});

test('a wished port that is taken is an error that names it; any port is found otherwise', async (t) => {
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const port = portOf(taken);
  const forwards = open(t, () => Promise.reject(new Error('not dialled')));
  await assert.rejects(forwards.open(80, port), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.code, 'forward.port-in-use');
    assert.match(error.message, new RegExp(`${port}`));
    return true;
  });
  const { local } = await forwards.open(port, 0);
  assert.notEqual(local, port);
});

test('a pod that cannot be reached resets the client instead of ending in order', async (t) => {
  const forwards = open(t, () => Promise.reject(new Error('no pod')));
  const { local } = await forwards.open(8080, 0);
  const client = connect({ port: local, host: '127.0.0.1' });
  const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNRESET');
});

test('closing all ends the listeners and the connections', async (t) => {
  const pod = await echoServer(t);
  const forwards = open(t, () => Promise.resolve(connect({ port: pod, host: '127.0.0.1' })));
  const { local } = await forwards.open(pod, 0);
  const client = connect({ port: local, host: '127.0.0.1' });
  client.on('error', () => undefined);
  await once(client, 'connect');
  const closed = once(client, 'close');
  await forwards.closeAll();
  await closed;
  const again = connect({ port: local, host: '127.0.0.1' });
  const [error] = (await once(again, 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNREFUSED');
});
