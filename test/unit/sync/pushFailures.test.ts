import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import path from 'node:path';
import { suite, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { UserError } from '../../../src/base/errors.ts';
import { seal } from '../../../src/sync/link/frames.ts';
import type { SyncEngine } from '../../../src/sync/syncEngine.ts';
import { SidecarProcess } from './sidecarProcess.ts';
import { readTree } from './tree.ts';
import { inWorld, until, type World } from './world.ts';

const mebibyte = 1024 * 1024;
const mounts = SidecarProcess.canMount ? false : 'mounts of a process of its own are not allowed here';

suite('push against a difficult pod', { concurrency: 4 }, () => {
  test('a wrong token is said and not tried again until somebody asks', async () => {
    await inWorld(async (world) => {
      world.write('a', 'a');
      let dials = 0;
      world.wrap = (socket) => {
        dials++;
        return socket;
      };
      await world.start({ token: 'wrong' });
      const error = await failure(world.engine);
      assert.equal(error.code, 'sync.wrong-token');
      assert.deepEqual(readTree(world.remote), new Map());
      assert.equal(dials, 1);
      world.engine.reconnectNow();
      await until(
        () => (dials === 2 ? true : undefined),
        2000,
        () => `${dials} dials`,
      );
    });
  });

  test('a sidecar of another version is said by both versions', async () => {
    await inWorld(async (world) => {
      const server = await foreignSidecar();
      try {
        world.write('a', 'a');
        const { port } = server.address() as AddressInfo;
        await world.startSidecar();
        world.openEngine({ connect: () => Promise.resolve(connect(port, '127.0.0.1')) });
        const error = await failure(world.engine);
        assert.equal(error.code, 'sync.version-mismatch');
        assert.match(error.message, /7\.7\.7/);
        assert.match(error.message, /protocol 42/);
        assert.match(error.message, /0\.1\.0/);
      } finally {
        server.close();
        server.closeAllConnections();
      }
    });
  });

  test('another workspace is refused until the volume is free; a second window takes over', async () => {
    await inWorld(async (world) => {
      world.write('a', 'a');
      await world.start();
      await world.settle();
      const first = world.engine;
      world.openEngine({ workspaceId: 'workspace-2', stateDir: world.folder('state-2') });
      const second = world.engine;
      assert.equal((await failure(second)).code, 'sync.busy');
      world.openEngine({ stateDir: world.folder('state-3') });
      await world.settle();
      assert.equal((await failure(first)).code, 'sync.superseded');
      await Promise.all([first.close(), world.closeEngine()]);
      second.reconnectNow();
      await until(
        () => (second.status.kind === 'inSync' ? true : undefined),
        5000,
        () => second.status.kind,
      );
      await second.close();
    });
  });

  test('a full disk keeps the old file, is told, and is over when there is room', { skip: mounts }, async () => {
    await inWorld(async (world) => {
      world.write('small.txt', 'one');
      world.write('large.bin', Buffer.alloc(mebibyte, 'first '));
      await world.startSidecar(`mkdir -p '${world.volume}'; mount -t tmpfs -o size=4m tmpfs '${world.volume}'`);
      world.openEngine();
      await world.settle();
      const filler = path.join(world.remote, '../filler');
      writeFileSync(filler, Buffer.alloc(freeBytes(world) - 700_000));
      world.write('large.bin', Buffer.alloc(mebibyte + 7, 'second '));
      world.write('other.bin', Buffer.alloc(800_000, 'other '));
      await assert.rejects(world.flush(), (error) => error instanceof UserError && error.code === 'sync.failed');
      const [problem] = world.engine.problems;
      assert.equal(problem?.code, 'remoteDiskFull');
      const there = readTree(world.remote);
      assert.match(there.get('large.bin') ?? '', /1048576 bytes/, 'the old version is whole');
      assert.ok(!there.has('other.bin'));
      world.write('small.txt', 'two');
      await until(
        () => (readTree(world.remote).get('small.txt')?.includes('two') ? true : undefined),
        3000,
        () => 'the small file did not arrive',
      );
      rmSync(filler);
      await until(
        () => (world.engine.problems.length === 0 ? true : undefined),
        15_000,
        () => JSON.stringify(world.engine.problems),
      );
      await world.settle();
    });
  });

  test('what the pod may not write is told for just that path', { skip: mounts }, async () => {
    await inWorld(async (world) => {
      const frozen = path.join(world.volume, 'files/frozen');
      world.write('frozen/a.txt', 'a');
      world.write('free.txt', 'free');
      await world.startSidecar(
        `mkdir -p '${frozen}'; mount --bind '${frozen}' '${frozen}'; mount -o remount,bind,ro '${frozen}'`,
      );
      world.openEngine();
      await assert.rejects(world.flush(), (error) => error instanceof UserError && error.code === 'sync.failed');
      assert.deepEqual(
        world.engine.problems.map((problem) => [problem.path, problem.code]),
        [['frozen/a.txt', 'remoteReadOnly']],
      );
      assert.ok(readTree(world.remote).has('free.txt'));
    });
  });
});

/** The error that an engine fails with. */
async function failure(engine: SyncEngine): Promise<UserError> {
  const status = await until(
    () => (engine.status.kind === 'failed' ? engine.status : undefined),
    5000,
    () => engine.status.kind,
  );
  assert.ok(status.error instanceof UserError);
  return status.error;
}

function freeBytes(world: World): number {
  const { bavail, bsize } = statfsSync(world.remote);
  return bavail * bsize;
}

/** A sidecar of the future: all it says is that it does not speak this protocol. */
function foreignSidecar(): Promise<Server> {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) => {
    socket.once('message', () => {
      const refused = {
        kind: 'refused',
        protocolVersion: 42,
        productVersion: '7.7.7',
        reason: 'version',
        message: '',
      } as const;
      socket.send(seal(refused));
      socket.close();
    });
  });
  return new Promise((resolve) => {
    http.listen(0, '127.0.0.1', () => {
      resolve(http);
    });
  });
}
