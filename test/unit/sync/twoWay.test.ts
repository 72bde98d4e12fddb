import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import type { SyncEngineOptions } from '../../../src/sync/syncEngine.ts';
import { readTree } from './tree.ts';
import { inWorld, until, type World } from './world.ts';

suite('both ways', { concurrency: 4 }, () => {
  scenario('scenario 55: different files edited on both sides go both ways', async (world) => {
    world.write('a.txt', 'a');
    world.write('b.txt', 'b');
    await start(world);
    world.write('a.txt', 'a here');
    world.writeThere('b.txt', 'b there');
    world.writeThere('new/deep/c.txt', 'c there');
    symlinkSync('deep', path.join(world.remote, 'new/link'));
    world.writeThere('long.bin', Buffer.alloc(300_000, 'long '));
    await world.converge();
    rmSync(path.join(world.remote, 'new'), { recursive: true });
    rmSync(path.join(world.root, 'a.txt'));
    await world.converge();
    assert.deepEqual([...readTree(world.root).keys()], ['b.txt', 'long.bin']);
    assert.deepEqual(world.engine.problems, []);
    assert.deepEqual(world.engine.conflicts, []);
    const kept = await world.engine.restorable();
    assert.ok(kept.some(({ path, side, why }) => path === 'new/deep/c.txt' && side === 'here' && why === 'deleted'));
  });

  scenario(
    'scenario 56: of one file edited on both sides the local version is live and the other is kept',
    async (world) => {
      world.write('src/a.txt', 'base');
      await start(world);
      world.engine.pause();
      await world.status(({ kind }) => kind === 'paused');
      world.write('src/a.txt', 'mine');
      world.writeThere('src/a.txt', 'theirs');
      world.engine.resume();
      await world.converge();
      const [conflict, ...others] = world.engine.conflicts;
      assert.ok(conflict !== undefined && others.length === 0);
      assert.deepEqual([conflict.path, conflict.bytes], ['src/a.txt', 6]);
      assert.equal(readFileSync(conflict.theirs, 'utf8'), 'theirs');
      assert.equal(path.basename(conflict.theirs), 'a.txt');
      assert.equal(readFileSync(path.join(world.remote, 'src/a.txt'), 'utf8'), 'mine');
      // It outlives the engine.
      await world.closeEngine();
      world.openEngine(twoWay);
      await until(
        () => (world.engine.conflicts[0]?.id === conflict.id ? true : undefined),
        15_000,
        () => JSON.stringify(world.engine.conflicts),
      );
      await world.engine.resolveConflict(conflict.id, 'theirs');
      await world.converge();
      assert.equal(readFileSync(path.join(world.root, 'src/a.txt'), 'utf8'), 'theirs');
      assert.deepEqual(world.engine.conflicts, []);
      await assert.rejects(world.engine.resolveConflict(conflict.id, 'mine'), { code: 'sync.no-such-conflict' });
      const [mine] = (await world.engine.restorable()).filter(({ side }) => side === 'here');
      assert.equal(readFileSync(await world.engine.openRestorable(mine?.id ?? ''), 'utf8'), 'mine');
    },
  );

  scenario('scenario 76: what would be run on this machine is not taken from the pod', async (world) => {
    world.write('.vscode/tasks.json', 'mine');
    world.write('a.txt', 'a');
    await start(world);
    world.writeThere('.vscode/tasks.json', 'theirs');
    world.writeThere('src/.Husky/pre-commit', 'theirs');
    world.writeThere('last.txt', 'theirs');
    await until(
      () => (existsSync(path.join(world.root, 'last.txt')) && world.engine.problems.length === 3 ? true : undefined),
      15_000,
      () => JSON.stringify(world.engine.problems),
    );
    assert.equal(readFileSync(path.join(world.root, '.vscode/tasks.json'), 'utf8'), 'mine');
    assert.equal(existsSync(path.join(world.root, 'src/.Husky')), false);
    assert.ok(world.engine.problems.every(({ code }) => code === 'inboundRefused'));
  });

  scenario('scenario 31: a folder wiped in the pod deletes nothing here and is filled again', async (world) => {
    for (let index = 0; index < 30; index += 1) world.write(`src/${index}.txt`, `${index}`);
    await start(world);
    const before = readTree(world.root);
    rmSync(path.join(world.remote, 'src'), { recursive: true });
    await until(
      () => (existsSync(path.join(world.remote, 'src/29.txt')) ? true : undefined),
      15_000,
      () => 'the folder is not filled again',
    );
    await world.converge();
    assert.deepEqual(readTree(world.root), before);
    assert.deepEqual(readTree(world.remote), before);
  });

  scenario('a conflict that ends with mine keeps theirs restorable', async (world) => {
    world.write('a.txt', 'base');
    await start(world);
    world.engine.pause();
    await world.status(({ kind }) => kind === 'paused');
    world.write('a.txt', 'mine');
    world.writeThere('a.txt', Buffer.alloc(100_000, 'theirs '));
    world.engine.resume();
    await world.converge();
    await world.engine.resolveConflict(world.engine.conflicts[0]?.id ?? '', 'mine');
    assert.deepEqual(world.engine.conflicts, []);
    const [theirs] = (await world.engine.restorable()).filter(({ side }) => side === 'here');
    assert.equal(theirs?.bytes, 100_000);
    await world.converge();
    assert.equal(readFileSync(path.join(world.remote, 'a.txt'), 'utf8'), 'mine');
  });

  scenario('scenario 57: the identical edit on both sides is no conflict and does not travel', async (world) => {
    const content = Buffer.alloc(200_000, 'identical ');
    world.write('a.txt', 'base');
    await start(world);
    world.engine.pause();
    await world.status(({ kind }) => kind === 'paused');
    world.write('a.txt', content);
    world.writeThere('a.txt', content);
    world.write('new.txt', content);
    world.writeThere('new.txt', content);
    const bytes = countBytes(world);
    world.engine.resume();
    await world.converge();
    assert.ok(bytes() < 3000, `${bytes()} bytes travelled`);
    assert.deepEqual(world.engine.conflicts, []);
    rmSync(path.join(world.remote, 'new.txt'));
    await world.converge();
    assert.ok(!existsSync(path.join(world.root, 'new.txt')), 'both agreed on it');
  });

  scenario('scenario 58: an edit wins over a deletion, in both directions', async (world) => {
    for (const name of ['here', 'there']) world.write(name, 'base');
    await start(world);
    world.engine.pause();
    await world.status(({ kind }) => kind === 'paused');
    rmSync(path.join(world.root, 'here'));
    world.writeThere('here', 'edited there');
    world.write('there', 'edited here');
    rmSync(path.join(world.remote, 'there'));
    world.engine.resume();
    await world.converge();
    assert.equal(readFileSync(path.join(world.root, 'here'), 'utf8'), 'edited there');
    assert.equal(readFileSync(path.join(world.remote, 'there'), 'utf8'), 'edited here');
    assert.deepEqual(world.engine.conflicts, []);
  });

  scenario('scenario 59: a file that the pod makes in a folder being deleted here keeps its folder', async (world) => {
    for (const name of ['dir/one', 'dir/two', 'other']) world.write(name, name);
    await start(world);
    world.engine.pause();
    await world.status(({ kind }) => kind === 'paused');
    rmSync(path.join(world.root, 'dir'), { recursive: true });
    world.writeThere('dir/new', 'made meanwhile');
    world.engine.resume();
    await world.converge();
    assert.deepEqual([...readTree(world.root).keys()], ['dir', 'dir/new', 'other']);
    assert.deepEqual(world.engine.problems, []);
  });

  scenario('a folder that holds ignored files stays where they are, and only there', async (world) => {
    world.write('.gitignore', '*.log\n');
    for (const side of ['here', 'there']) world.write(`${side}/a`, 'a');
    await start(world);
    world.write('here/own.log', 'ignored');
    world.writeThere('there/own.log', 'ignored');
    rmSync(path.join(world.remote, 'here'), { recursive: true });
    rmSync(path.join(world.root, 'there'), { recursive: true });
    await until(
      () =>
        !existsSync(path.join(world.root, 'here/a')) && !existsSync(path.join(world.remote, 'there/a'))
          ? true
          : undefined,
      15_000,
      () => 'not deleted',
    );
    await world.flush();
    world.engine.reconnectNow();
    await world.status(({ kind }) => kind !== 'inSync');
    await world.flush();
    assert.deepEqual([...readTree(world.root).keys()], ['.gitignore', 'here', 'here/own.log']);
    assert.deepEqual([...readTree(world.remote).keys()], ['.gitignore', 'there', 'there/own.log']);
    world.write('here/b', 'again');
    await until(
      () => (existsSync(path.join(world.remote, 'here/b')) ? true : undefined),
      15_000,
      () => 'b did not arrive',
    );
  });

  scenario('scenario 62: what was taken over is not sent back, also when its notice comes late', async (world) => {
    world.write('a.txt', 'a');
    await start(world);
    const before = world.applied.length;
    world.writeThere('a.txt', 'changed there');
    await world.converge();
    world.noteSaved('a.txt');
    await world.flush();
    world.noteSaved('a.txt');
    await world.flush();
    assert.equal(world.applied.length, before, 'no batch reached the pod');
    assert.deepEqual(
      (await world.engine.restorable()).filter(({ side }) => side === 'pod'),
      [],
    );
  });

  scenario('kinds change both ways', async (world) => {
    world.write('a', 'file');
    world.write('b/c', 'in a folder');
    await start(world);
    rmSync(path.join(world.remote, 'a'));
    world.writeThere('a/inside', 'a folder now');
    await world.converge();
    rmSync(path.join(world.remote, 'b'), { recursive: true });
    world.writeThere('b', 'a file now');
    await world.converge();
    renameSync(path.join(world.remote, 'b'), path.join(world.remote, 'renamed'));
    await world.converge();
    assert.deepEqual([...readTree(world.root).keys()], ['a', 'a/inside', 'renamed']);
  });

  scenario('lock files are pulled while everything else is pushed', async (world) => {
    world.write('package-lock.json', 'one');
    world.write('src/a.ts', 'one');
    world.writeThere('generated/types.ts', 'by the image');
    await world.start({ pull: ['package-lock.json', '/generated/'] });
    await until(
      () => (existsSync(path.join(world.root, 'generated/types.ts')) ? true : undefined),
      15_000,
      () => 'not pulled',
    );
    await world.settle();
    world.writeThere('package-lock.json', 'written by npm in the pod');
    world.writeThere('src/a.ts', 'changed there');
    world.writeThere('src/own.ts', 'made there');
    await until(
      () => (readFileSync(path.join(world.root, 'package-lock.json'), 'utf8').includes('npm') ? true : undefined),
      15_000,
      () => 'not pulled',
    );
    await world.flush();
    assert.equal(readFileSync(path.join(world.root, 'src/a.ts'), 'utf8'), 'one');
    assert.ok(!existsSync(path.join(world.root, 'src/own.ts')));
  });

  scenario('a mirror puts into the trash what only the pod has', async (world) => {
    world.write('a.txt', 'a');
    world.writeThere('old/image-only.txt', 'x');
    world.writeThere('node_modules/m/index.js', 'ignored');
    await world.start({ mode: 'mirror' });
    await world.flush();
    world.writeThere('later.txt', 'made there');
    world.writeThere('a.txt', 'changed there');
    await until(
      () =>
        [...readTree(world.remote).keys()].join() === 'a.txt,node_modules,node_modules/m,node_modules/m/index.js' &&
        readFileSync(path.join(world.remote, 'a.txt'), 'utf8') === 'a'
          ? true
          : undefined,
      15_000,
      () => [...readTree(world.remote).keys()].join(),
    );
    const kept = (await world.engine.restorable()).map(({ path }) => path).sort();
    assert.deepEqual(kept, ['a.txt', 'later.txt', 'old/image-only.txt']);
  });
});

const twoWay: Partial<SyncEngineOptions> = { mode: 'twoWay' };

function scenario(name: string, run: (world: World) => Promise<void>): void {
  test(name, () => inWorld(run));
}

async function start(world: World): Promise<void> {
  await world.start(twoWay);
  await world.settle();
}

/** Counts what comes from the pod on connections made from now on; gives the bytes so far. */
function countBytes(world: World): () => number {
  let bytes = 0;
  world.wrap = (socket) => {
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    return socket;
  };
  return () => bytes;
}
