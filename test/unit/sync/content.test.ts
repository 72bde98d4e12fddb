import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { readTree } from './tree.ts';
import { inWorld, until, type World } from './world.ts';

suite('content', { concurrency: 4 }, () => {
  scenario('scenario 3: two saves within a second with the same size', async (world) => {
    world.write('a', 'one');
    await world.start();
    await world.settle();
    world.write('a', 'two');
    await world.settle();
    world.write('a', 'six');
    await world.settle();
  });

  scenario('scenario 5: a file that was only touched does not travel', async (world) => {
    const file = world.write('a', 'one');
    await world.start();
    await world.settle();
    const before = statSync(path.join(world.remote, 'a'), { bigint: true });
    world.applied.length = 0;
    const now = new Date();
    utimesSync(file, now, now);
    await world.settle();
    const after = statSync(path.join(world.remote, 'a'), { bigint: true });
    assert.deepEqual([after.mtimeNs, after.ctimeNs, after.ino], [before.mtimeNs, before.ctimeNs, before.ino]);
    assert.deepEqual(world.applied, []);
  });

  scenario('scenario 12: files that are deleted while they are read', async (world) => {
    await world.start();
    await world.settle();
    for (let round = 0; round < 40; round++) {
      const file = world.write(`gone-${round}`, Buffer.alloc(300_000, round));
      world.noteSaved(`gone-${round}`);
      if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
      rmSync(file);
    }
    world.write('stays', 'here');
    await world.settle();
    assert.deepEqual(world.engine.problems, []);
  });

  scenario('scenario 13: a file becomes a folder of the same name', async (world) => {
    const file = world.write('a/b', 'file');
    await world.start();
    await world.settle();
    rmSync(file);
    for (let index = 0; index < 5; index++) world.write(`a/b/c/${index}`, String(index));
    await world.settle();
    assert.deepEqual(world.engine.problems, []);
  });

  scenario('scenario 14: a folder becomes a file, then a link', async (world) => {
    for (let index = 0; index < 5; index++) world.write(`a/b/c/${index}`, String(index));
    await world.start();
    await world.settle();
    const folder = path.join(world.root, 'a/b');
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'file');
    await world.settle();
    rmSync(folder);
    symlinkSync('../a', folder);
    await world.settle();
    assert.deepEqual(world.engine.problems, []);
  });

  scenario('scenario 15: empty folders', async (world) => {
    mkdirSync(path.join(world.root, 'a/b/c'), { recursive: true });
    await world.start();
    await world.settle();
    rmSync(path.join(world.root, 'a/b'), { recursive: true });
    mkdirSync(path.join(world.root, 'd/e'), { recursive: true });
    await world.settle();
  });

  scenario('scenario 19: what editors leave for a moment never travels', async (world) => {
    const file = world.write('src/a.ts', 'one');
    await world.start();
    await world.settle();
    const seen = new Set<string>();
    const saves: ((content: string) => void)[] = [
      (content) => {
        writeFileSync(`${file}~`, 'backup');
        writeFileSync(path.join(world.root, 'src/4913'), '');
        rmSync(path.join(world.root, 'src/4913'));
        writeFileSync(path.join(world.root, 'src/.a.ts.swp'), 'vim');
        writeFileSync(file, content);
        rmSync(`${file}~`);
      },
      (content) => {
        const aside = path.join(world.root, 'src/a.ts___jb_tmp___');
        writeFileSync(aside, content);
        renameSync(file, path.join(world.root, 'src/a.ts___jb_old___'));
        renameSync(aside, file);
        rmSync(path.join(world.root, 'src/a.ts___jb_old___'));
      },
      (content) => {
        symlinkSync('somebody@host.1', path.join(world.root, 'src/.#a.ts'));
        truncateSync(file);
        writeFileSync(file, content);
        rmSync(path.join(world.root, 'src/.#a.ts'));
      },
    ];
    for (const [index, save] of saves.entries()) {
      save(`version ${index}`);
      await until(
        () => {
          for (const at of readTree(world.remote).keys()) seen.add(at);
          return readFileSync(path.join(world.remote, 'src/a.ts'), 'utf8') === `version ${index}` || undefined;
        },
        3000,
        () => `version ${index} did not arrive`,
      );
    }
    assert.deepEqual(seen, new Set(['src', 'src/a.ts']));
    assert.deepEqual(world.engine.problems, []);
  });

  scenario('scenario 68: names of every kind are the same on both sides', async (world) => {
    const long = 'ä'.repeat(127);
    for (const name of ['\u00e9', 'e\u0301', '👩‍👩‍👧', 'שלום', long, `${long}x`]) world.write(`names/${name}`, name);
    await world.start();
    await world.settle();
    assert.equal(readTree(world.remote).size, 7);
  });

  scenario('scenario 72: names with a meaning elsewhere are taken as they are', async (world) => {
    const names = ['-rf', 'new\nline', 'back\\slash', '100%', '%2F', `quo"te's`, '$HOME', '*', '?', ' ', '...', '~'];
    for (const name of names) world.write(`${name}/${name}`, name);
    await world.start();
    await world.settle((at) => at.endsWith('~'));
    assert.ok(existsSync(path.join(world.remote, 'back\\slash/back\\slash')));
    for (const name of names) rmSync(path.join(world.root, name), { recursive: true });
    world.write('last', '');
    await world.settle();
  });
});

function scenario(name: string, run: (world: World) => Promise<void>): void {
  test(name, () => inWorld(run));
}
