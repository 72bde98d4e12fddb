import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { AbortError, UserError } from '../../../src/base/errors.ts';
import { type Scheduler, systemScheduler } from '../../../src/base/scheduler.ts';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import { type ObjectRef, types } from '../../../src/cluster/core/objects.ts';
import { VirtualScheduler } from '../../fakes/virtualScheduler.ts';
import { until } from '../../machine/until.ts';
import { failure, json, openScripted, type SeenRequest, startScriptedServer } from './scriptedServer.ts';

const web: ObjectRef = { type: types.deployment, namespace: 'shop', name: 'web' };
const object = { metadata: { name: 'web', namespace: 'shop', uid: 'u1', resourceVersion: '7' } };
const never = new AbortController().signal;

type Answer = (request: SeenRequest, response: ServerResponse) => void;

async function opened(t: TestContext, answer: Answer, user: object = {}, scheduler = systemScheduler) {
  const server = await startScriptedServer(answer);
  const cluster = openScripted(scheduler, { server: server.address }, user);
  t.after(async () => {
    cluster.dispose();
    await server.close();
  });
  return { server, cluster };
}

async function failureOf(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => assert.fail('it should have failed'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof UserError, String(error));
  return error;
}

describe('requests', () => {
  test('what is sent for each call', async (t) => {
    const { server, cluster } = await opened(t, (_request, response) => json(response, 200, object), {
      token: 'secret',
    });
    await cluster.get(web, never);
    await cluster.patch(web, { kind: 'json', operations: [{ op: 'remove', path: '/x' }] }, never, { dryRun: true });
    await cluster.patch(web, { kind: 'merge', body: { a: null } }, never);
    await cluster.create(types.pod, { metadata: { name: 'p q', namespace: 'n' } }, never);
    await cluster.delete(web, never, { uid: 'u1', gracePeriodSeconds: 0 });
    const shown = server.seen.map(({ method, url, headers, body }) => [
      `${method} ${url.pathname}${url.search}`,
      headers['content-type'] ?? '',
      body,
    ]);
    const deployment = '/apis/apps/v1/namespaces/shop/deployments/web';
    assert.deepEqual(shown, [
      [`GET ${deployment}`, '', ''],
      [
        `PATCH ${deployment}?fieldManager=podloop&dryRun=All`,
        'application/json-patch+json',
        '[{"op":"remove","path":"/x"}]',
      ],
      [`PATCH ${deployment}?fieldManager=podloop`, 'application/merge-patch+json', '{"a":null}'],
      [
        'POST /api/v1/namespaces/n/pods?fieldManager=podloop',
        'application/json',
        '{"metadata":{"name":"p q","namespace":"n"},"apiVersion":"v1","kind":"Pod"}',
      ],
      [
        `DELETE ${deployment}`,
        'application/json',
        '{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background","gracePeriodSeconds":0,"preconditions":{"uid":"u1"}}',
      ],
    ]);
    assert.ok(server.seen.every(({ headers }) => headers.authorization === 'Bearer secret'));
    assert.equal(server.connections, 1, 'one connection is reused');
  });

  test('a user is impersonated with groups', async (t) => {
    const user = { as: 'ann', 'as-groups': ['devs', 'ops'] };
    const { server, cluster } = await opened(t, (_request, response) => json(response, 200, object), user);
    await cluster.get(web, never);
    const [seen] = server.seen;
    assert.equal(seen?.headers['impersonate-user'], 'ann');
    assert.equal(seen.headers['impersonate-group'], 'devs, ops');
  });

  test('long lists come in chunks', async (t) => {
    const { server, cluster } = await opened(t, ({ url }, response) => {
      const from = Number(url.searchParams.get('continue') ?? 0);
      const items = [{ metadata: { name: `pod-${from}` } }, 'no object'];
      json(response, 200, { metadata: { resourceVersion: '9', continue: from < 2 ? String(from + 1) : '' }, items });
    });
    const { items, resourceVersion } = await cluster.list(types.pod, { labelSelector: 'a=b,c' }, never);
    assert.deepEqual(
      items.map(({ kind, metadata }) => [kind, metadata.name]),
      [
        ['Pod', 'pod-0'],
        ['Pod', 'pod-1'],
        ['Pod', 'pod-2'],
      ],
    );
    assert.equal(resourceVersion, '9');
    assert.equal(server.seen[1]?.url.search, '?labelSelector=a%3Db%2Cc&limit=500&continue=1');
  });

  test('a list whose version expired half way starts again', async (t) => {
    let expired = false;
    const { cluster } = await opened(t, ({ url }, response) => {
      const next = url.searchParams.get('continue');
      if (next !== null && !expired) {
        expired = true;
        json(response, 410, failure(410, 'Expired'));
      } else {
        const items = [{ metadata: { name: next === null ? 'a' : 'b' } }];
        json(response, 200, { metadata: next === null ? { continue: 'x' } : { resourceVersion: '2' }, items });
      }
    });
    const { items } = await cluster.list(types.pod, {}, never);
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ['a', 'b'],
    );
  });

  test('an answer that is no object of Kubernetes', async (t) => {
    for (const body of ['<html>', '[]', '{}', '{"metadata":{}}']) {
      const { cluster } = await opened(t, (_request, response) => response.end(body));
      assert.equal((await failureOf(cluster.get(web, never))).code, 'cluster.server', body);
    }
  });
});

describe('trouble', () => {
  test('a server that asks to wait is asked again after that time, not for ever', async (t) => {
    const scheduler = new VirtualScheduler();
    let refusals = 0;
    const { server, cluster } = await opened(
      t,
      (_request, response) => {
        refusals += 1;
        if (refusals > 2 && refusals < 10) json(response, 200, object);
        else json(response, 429, failure(429, 'TooManyRequests'), { 'Retry-After': '3' });
      },
      {},
      scheduler,
    );
    const drive = async (promise: Promise<unknown>): Promise<void> => {
      const work = { done: false };
      const settle = (): void => {
        work.done = true;
      };
      promise.then(settle, settle);
      await until('the request ended', () => {
        if (scheduler.pending[0] === 3000) scheduler.advance(3000);
        return work.done;
      });
    };
    const found = cluster.get(web, never);
    await drive(found);
    assert.equal((await found)?.metadata.name, 'web');
    assert.equal(server.seen.length, 3);
    refusals = 10;
    const refused = failureOf(cluster.get(web, never));
    await drive(refused);
    assert.equal((await refused).code, 'cluster.too-many-requests');
    assert.equal(server.seen.length, 7);
    assert.deepEqual(scheduler.pending, [], 'no timer is left');
  });

  test('a server that never answers', async (t) => {
    const scheduler = new VirtualScheduler();
    const { server, cluster } = await opened(t, () => undefined, {}, scheduler);
    const waiting = failureOf(cluster.get(web, never));
    await until('the request arrived', () => server.seen.length === 1);
    scheduler.advance(30_000);
    assert.equal((await waiting).code, 'cluster.timeout');
    await until('its connection is closed', async () => (await server.open()) === 0);
  });

  test('a server that stops in the middle of an answer', async (t) => {
    const scheduler = new VirtualScheduler();
    const half = (_request: SeenRequest, response: ServerResponse): void => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('{');
    };
    const { server, cluster } = await opened(t, half, {}, scheduler);
    const waiting = failureOf(cluster.get(web, never));
    await until('the request arrived', () => server.seen.length === 1);
    scheduler.advance(30_000);
    assert.equal((await waiting).code, 'cluster.timeout');
  });

  test('a cut answer, and no server at all', async (t) => {
    const { server, cluster } = await opened(t, (_request, response) => response.destroy());
    assert.equal((await failureOf(cluster.get(web, never))).code, 'cluster.unreachable');
    await server.close();
    const error = await failureOf(cluster.get(web, never));
    assert.equal(error.code, 'cluster.unreachable');
    assert.match(
      error.message,
      /^The cluster of context x at http:\/\/127\.0\.0\.1:\d+ cannot be reached: the connection was refused\.$/,
    );
  });

  test('an idle connection that the server closed meanwhile is not noticed', async (t) => {
    const { server, cluster } = await opened(t, (_request, response) => json(response, 200, object));
    await cluster.get(web, never);
    server.cut();
    assert.equal((await cluster.get(web, never))?.metadata.name, 'web');
  });

  test('cancelling and closing end a request', async (t) => {
    const { server, cluster } = await opened(t, () => undefined);
    const stop = new AbortController();
    const waiting = assert.rejects(cluster.get(web, stop.signal), (error) => error === stop.signal.reason);
    await until('the request arrived', () => server.seen.length === 1);
    stop.abort(new AbortError());
    await waiting;
    const second = assert.rejects(cluster.get(web, never), { name: 'AbortError' });
    await until('the second request arrived', () => server.seen.length === 2);
    cluster.dispose();
    await second;
    await until('no connection is open', async () => (await server.open()) === 0);
  });
});

describe('logins', { skip: process.platform === 'win32' }, () => {
  /** A plugin that counts its runs in a file and gives `token-N`. */
  async function plugin(t: TestContext, script: string): Promise<{ folder: string; file: string }> {
    const folder = await mkdtemp(path.join(tmpdir(), 'podloop-login-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const file = path.join(folder, 'login');
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
    return { folder, file: path.join(folder, 'config') };
  }

  const giveToken = `cd "$(dirname "$0")"; echo run >> runs; n=$(wc -l < runs)
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-%d"}}' $n`;
  const exec = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './login' } };

  async function withPlugin(
    t: TestContext,
    script: string,
    answer: Answer,
    scheduler: Scheduler = systemScheduler,
  ): Promise<{ cluster: Cluster; seen: readonly SeenRequest[]; folder: string }> {
    const { folder, file } = await plugin(t, script);
    const server = await startScriptedServer(answer);
    const cluster = openScripted(scheduler, { server: server.address }, exec, file);
    t.after(async () => {
      cluster.dispose();
      await server.close();
    });
    return { cluster, seen: server.seen, folder };
  }

  test('a plugin runs once for many requests, and once more when its token is refused', async (t) => {
    let accepted = 'Bearer token-1';
    const { cluster, seen } = await withPlugin(t, giveToken, ({ headers }, response) => {
      if (headers.authorization === accepted) json(response, 200, object);
      else json(response, 401, failure(401, 'Unauthorized'));
    });
    await Promise.all([1, 2, 3].map(() => cluster.get(web, never)));
    accepted = 'Bearer token-2';
    await Promise.all([1, 2, 3].map(() => cluster.get(web, never)));
    assert.equal(seen.filter(({ headers }) => headers.authorization === 'Bearer token-3').length, 0);
    accepted = 'none';
    const error = await failureOf(cluster.get(web, never));
    assert.equal(error.code, 'cluster.login-expired');
    assert.ok(error.remedies.some(({ kind }) => kind === 'refreshLogin'));
    assert.match(error.next ?? '', /gets the login from \.\/login\.$/);
  });

  test('a person may take minutes to log in, though not for ever', async (t) => {
    const scheduler = new VirtualScheduler();
    const wait = `until [ -e "$(dirname "$0")/go" ]; do sleep 0.05; done\n${giveToken}`;
    const { cluster, folder } = await withPlugin(
      t,
      wait,
      (_request, response) => json(response, 200, object),
      scheduler,
    );
    const waiting = failureOf(cluster.get(web, never));
    await until('the limit of a login runs', () => scheduler.pending.length === 1);
    scheduler.advance(180_000);
    assert.match(
      (await waiting).message,
      /^Logging in to context x by \.\/login failed: it took longer than 180 seconds\.$/,
    );
    const found = cluster.get(web, never);
    await until('the limit of a login runs again', () => scheduler.pending.length === 1);
    scheduler.advance(100_000);
    await writeFile(path.join(folder, 'go'), '');
    assert.equal((await found)?.metadata.name, 'web');
    assert.deepEqual(scheduler.pending, []);
  });

  test('a plugin that fails, and one that is missing', async (t) => {
    const { cluster } = await withPlugin(t, 'echo "You must log in" >&2; exit 1', () => undefined);
    const error = await failureOf(cluster.get(web, never));
    assert.deepEqual(
      [error.code, error.message],
      ['cluster.login', 'Logging in to context x by ./login failed: You must log in'],
    );
    const missing = { exec: { ...exec.exec, command: 'podloop-no-such-program', installHint: 'Ask Ann for it.' } };
    const other = openScripted(systemScheduler, { server: 'http://127.0.0.1:1' }, missing);
    t.after(() => other.dispose());
    const none = await failureOf(other.get(web, never));
    assert.match(none.message, /needs podloop-no-such-program, which was not found/);
    assert.equal(none.next, 'Ask Ann for it.');
  });

  test('a plugin in a usual folder is found by a VS Code that was started from the desktop', async (t) => {
    const { folder } = await plugin(t, '');
    const bin = path.join(folder, '.local', 'bin');
    await mkdir(bin, { recursive: true });
    await rename(path.join(folder, 'login'), path.join(bin, 'podloop-test-login'));
    await writeFile(path.join(bin, 'podloop-test-login'), `#!/bin/sh\n${giveToken}`);
    const { PATH: shellPath, HOME: home } = process.env;
    Object.assign(process.env, { PATH: '/usr/bin:/bin', HOME: folder });
    t.after(() => Object.assign(process.env, { PATH: shellPath, HOME: home }));
    const server = await startScriptedServer((_request, response) => json(response, 200, object));
    const cluster = openScripted(
      systemScheduler,
      { server: server.address },
      { exec: { command: 'podloop-test-login' } },
    );
    t.after(async () => {
      cluster.dispose();
      await server.close();
    });
    assert.equal((await cluster.get(web, never))?.metadata.name, 'web');
    assert.equal(server.seen[0]?.headers.authorization, 'Bearer token-1');
  });

  test('a token file with a line break, beside an older token', async (t) => {
    const { folder, file } = await plugin(t, '');
    await writeFile(path.join(folder, 'token'), 'from-the-file\n');
    const server = await startScriptedServer((_request, response) => json(response, 200, object));
    const cluster = openScripted(
      systemScheduler,
      { server: server.address },
      { token: 'old', tokenFile: 'token' },
      file,
    );
    t.after(async () => {
      cluster.dispose();
      await server.close();
    });
    await cluster.get(web, never);
    assert.equal(server.seen[0]?.headers.authorization, 'Bearer from-the-file');
  });
});
