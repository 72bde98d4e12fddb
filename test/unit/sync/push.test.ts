import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { localPath } from '../../../src/base/paths.ts';
import { readTree } from './tree.ts';
import { inWorld, until } from './world.ts';

test('all kinds of changes arrive', async () => {
  await inWorld(async (world) => {
    world.write('src/a.txt', 'one');
    world.write('src/run.sh', '#!/bin/sh\n', 0o755);
    world.write('empty.txt', '');
    world.write('big.bin', Buffer.alloc(1_500_000, 'big '));
    mkdirSync(path.join(world.root, 'nothing/in/here'), { recursive: true });
    symlinkSync('src/a.txt', path.join(world.root, 'link'));
    await world.start();
    await world.settle();

    world.write('src/a.txt', 'two');
    chmodSync(path.join(world.root, 'src/run.sh'), 0o644);
    renameSync(path.join(world.root, 'empty.txt'), path.join(world.root, 'src/moved.txt'));
    rmSync(path.join(world.root, 'nothing'), { recursive: true });
    rmSync(path.join(world.root, 'link'));
    symlinkSync('src', path.join(world.root, 'link'));
    await world.settle();

    rmSync(path.join(world.root, 'src/a.txt'));
    world.write('src/a.txt/inside', 'a folder now');
    rmSync(path.join(world.root, 'link'));
    world.write('link', 'a file now');
    await world.settle();

    rmSync(path.join(world.root, 'src'), { recursive: true });
    writeFileSync(path.join(world.root, 'src'), 'once a folder');
    await world.settle();
  });
});

test('a saved file is visible without a flush, and its batch is told', async () => {
  await inWorld(async (world) => {
    world.write('a.txt', 'one');
    await world.start();
    await world.settle();
    const file = world.write('a.txt', 'two');
    world.engine.noteSaved(localPath(file));
    await until(
      () => (readFileSync(path.join(world.remote, 'a.txt'), 'utf8') === 'two' ? true : undefined),
      2000,
      () => 'not there',
    );
    const batch = await until(
      () => world.applied.find(({ initial }) => !initial),
      2000,
      () => 'no batch was told',
    );
    assert.deepEqual(batch.paths, ['a.txt']);
  });
});

test('without any hint the watcher notices', async () => {
  await inWorld(async (world) => {
    world.write('a.txt', 'one');
    await world.start();
    await world.settle();
    world.write('deep/er/b.txt', 'new');
    world.write('a.txt', 'three');
    const wanted = JSON.stringify([...readTree(world.root)]);
    await until(
      () => (JSON.stringify([...readTree(world.remote)]) === wanted ? true : undefined),
      3000,
      () => JSON.stringify([...readTree(world.remote)]),
    );
  });
});

test('trouble with a path is over when the path is left out or gone, by itself or with its folder', async () => {
  await inWorld(async (world) => {
    const pipes = ['left-out', 'with/its/folder', 'gone', 'in/a/folder', 'stays'];
    for (const pipe of pipes) {
      mkdirSync(path.join(world.root, path.dirname(pipe)), { recursive: true });
      execFileSync('mkfifo', [path.join(world.root, pipe)]);
    }
    await world.start();
    const troubled = async (wanted: readonly string[]): Promise<void> => {
      const now = (): string => world.engine.problems.map(({ path }) => path).join();
      const has = (): true | undefined =>
        wanted.length === world.engine.problems.length && wanted.every((path) => now().split(',').includes(path))
          ? true
          : undefined;
      await until(has, 5000, now);
    };
    await troubled(pipes);
    world.write('.podloopignore', '/left-out\n/with/\n');
    rmSync(path.join(world.root, 'gone'));
    rmSync(path.join(world.root, 'in'), { recursive: true });
    await troubled(['stays']);
  });
});
