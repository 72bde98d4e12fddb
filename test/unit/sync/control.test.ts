import assert from 'node:assert/strict';
import { lstatSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { UserError } from '../../../src/base/errors.ts';
import { inWorld, until } from './world.ts';

suite('what a person can ask of the sync', { concurrency: 4 }, () => {
  test('while it is paused nothing travels and a flush says so; afterwards everything is brought over', async () => {
    await inWorld(async (world) => {
      world.write('a.txt', 'one');
      await world.start();
      await world.settle();
      const pending = world.engine.flush(new AbortController().signal);
      world.engine.pause();
      await assert.rejects(pending, withCode('sync.paused'));
      await assert.rejects(world.flush(), withCode('sync.paused'));
      await world.status(({ kind }) => kind === 'paused');
      world.write('a.txt', 'two');
      world.noteSaved('a.txt');
      world.engine.reconnectNow();
      assert.equal(world.engine.status.kind, 'paused');
      assert.equal(readFileSync(path.join(world.remote, 'a.txt'), 'utf8'), 'one');
      writeFileSync(path.join(world.remote, 'pods.txt'), 'own');
      world.engine.resume();
      await world.flush();
      assert.equal(readFileSync(path.join(world.remote, 'a.txt'), 'utf8'), 'two');
      await until(
        () => (world.engine.status.kind === 'inSync' ? true : undefined),
        2000,
        () => world.engine.status.kind,
      );
    });
  });

  test('what was deleted or replaced can be looked at and had back, on both sides', async () => {
    await inWorld(async (world) => {
      const file = world.write('src/a.txt', 'one');
      world.write('run.sh', 'script', 0o755);
      symlinkSync('a.txt', path.join(world.root, 'src/link'));
      await world.start();
      await world.settle();
      writeFileSync(path.join(world.remote, 'src/a.txt'), 'by the pod');
      world.write('src/a.txt', 'two');
      rmSync(path.join(world.root, 'run.sh'));
      rmSync(path.join(world.root, 'src/link'));
      await world.settle();
      const versions = await world.engine.restorable();
      assert.deepEqual(versions.map(({ path, why, side, bytes }) => [path, why, side, bytes]).sort(), [
        ['run.sh', 'deleted', 'pod', 6],
        ['src/a.txt', 'rescued', 'pod', 10],
        ['src/link', 'deleted', 'pod', 5],
      ]);
      const idOf = (wanted: string): string => versions.find((version) => version.path === wanted)?.id ?? '';
      const opened = await world.engine.openRestorable(idOf('src/a.txt'));
      assert.equal(path.basename(opened), 'a.txt');
      assert.equal(readFileSync(opened, 'utf8'), 'by the pod');
      for (const { id } of versions) await world.engine.restore(id);
      await world.settle();
      assert.equal(readFileSync(file, 'utf8'), 'by the pod');
      assert.equal(readFileSync(path.join(world.remote, 'src/a.txt'), 'utf8'), 'by the pod');
      assert.equal(lstatSync(path.join(world.root, 'run.sh')).mode & 0o777, 0o755);
      assert.equal(readlinkSync(path.join(world.root, 'src/link')), 'a.txt');
      const mine = (await world.engine.restorable()).find(({ side }) => side === 'here');
      assert.ok(mine?.path === 'src/a.txt');
      await world.engine.restore(mine.id);
      await world.settle();
      assert.equal(readFileSync(file, 'utf8'), 'two');
    });
  });

  test('a version counts as rescued only if somebody in the pod wrote it', async () => {
    await inWorld(async (world) => {
      world.write('a.txt', 'one');
      await world.start();
      await world.settle();
      world.write('a.txt', 'two');
      await world.settle();
      writeFileSync(path.join(world.remote, 'a.txt'), 'by the pod');
      world.write('a.txt', 'three');
      await world.settle();
      rmSync(path.join(world.root, 'a.txt'));
      await world.settle();
      const versions = await world.engine.restorable();
      assert.deepEqual(versions.map(({ why }) => why).toSorted(), ['deleted', 'replaced', 'rescued']);
    });
  });

  test('restoring says what is in the way, and that a version is gone', async () => {
    await inWorld(async (world) => {
      world.write('a', 'one');
      await world.start();
      await world.settle();
      rmSync(path.join(world.root, 'a'));
      world.write('a/inside', 'x');
      await world.settle();
      const [version] = await world.engine.restorable();
      assert.ok(version?.path === 'a');
      await assert.rejects(world.engine.restore(version.id), withCode('sync.restore-failed'));
      assert.equal(readFileSync(path.join(world.root, 'a/inside'), 'utf8'), 'x');
      await world.sidecar.stop();
      await world.status(({ kind }) => kind === 'disconnected');
      assert.deepEqual(await world.engine.restorable(), []);
      await assert.rejects(world.engine.restore(version.id), withCode('sync.version-gone'));
    });
  });

  test('a paused engine closes', async () => {
    await inWorld(async (world) => {
      await world.start();
      await world.flush();
      world.engine.pause();
      await world.status(({ kind }) => kind === 'paused');
      await world.closeEngine();
    });
  });
});

function withCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof UserError && error.code === code;
}
