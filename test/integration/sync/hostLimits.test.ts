import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { EngineProcess } from './engineProcess.ts';
import { readTree } from '../../unit/sync/tree.ts';
import { inWorld, until, type World } from '../../unit/sync/world.ts';

const { ownLimits, ordinaryRights } = EngineProcess;
const noLimits = ownLimits === undefined && 'user namespaces are not allowed here';
const noRights = ordinaryRights === undefined && 'rights cannot be taken away here';

suite('limits and faults of the host', { concurrency: 3 }, () => {
  const fewWatches = 'echo 20 > /proc/sys/user/max_inotify_watches';
  limited('scenario 83: watches run out', fewWatches, async (world, engine) => {
    for (let index = 0; index < 60; index++) world.write(`folder-${index}/deep/file`, 'one');
    await settled(world, engine);
    const before = await engine.ask({ kind: 'report' });
    assert.deepEqual(before.watchTrouble, { kind: 'watchesUsedUp' });
    for (let index = 0; index < 60; index += 7) world.write(`folder-${index}/deep/file`, 'two');
    world.write('folder-59/new/deeper/file', 'new');
    rmSync(path.join(world.root, 'folder-30'), { recursive: true });
    await arrives(world, 5000);
    world.write('folder-59/deep/file', 'three');
    await settled(world, engine);
    const after = await engine.ask({ kind: 'report' });
    assert.equal(after.troubles, 1, 'it is told once');
    assert.deepEqual(after.problems, []);
  });

  const noInstances = 'echo 0 > /proc/sys/user/max_inotify_instances';
  limited('scenario 83: there is no watcher at all', noInstances, async (world, engine) => {
    world.write('a/b/c', 'one');
    await settled(world, engine);
    world.write('a/b/c', 'two');
    world.write('a/d', 'new');
    await arrives(world, 5000);
    world.write('a/b/c', 'three');
    await settled(world, engine);
    const { watchTrouble, troubles } = await engine.ask({ kind: 'report' });
    assert.deepEqual([watchTrouble, troubles], [{ kind: 'watchesUsedUp' }, 1]);
  });

  test('scenario 84: files cannot be opened for a while', async () => {
    await inEngineWorld('ulimit -n 100', [], async (world, engine) => {
      for (let index = 0; index < 20; index++) world.write(`folder-${index}/file`, 'one');
      await settled(world, engine);
      await engine.ask({ kind: 'hoard', files: 1000 });
      for (let index = 0; index < 20; index++) world.write(`folder-${index}/file`, `two ${index}`);
      rmSync(path.join(world.root, 'folder-3'), { recursive: true });
      world.write('new/file', 'new');
      await until(
        () => (readTree(world.remote).get('folder-0/file')?.includes('one') === true ? true : undefined),
        2000,
        () => 'something was lost',
      );
      await engine.ask({ kind: 'hoard', files: 0 });
      await arrives(world, 12_000);
      await settled(world, engine);
      assert.deepEqual((await engine.ask({ kind: 'report' })).problems, []);
    });
  });

  test('scenario 85: a folder that cannot be read is not empty', { skip: noRights }, async () => {
    await inWorld(async (world) => {
      await world.startSidecar();
      const settings = { root: world.root, stateDir: path.join(world.base, 'state'), port: world.sidecar.port };
      for (const name of ['locked/a', 'locked/deep/b', 'open/c']) world.write(name, name);
      let engine = EngineProcess.start(settings, ':', ordinaryRights);
      try {
        await settled(world, engine);
        await engine.stop();
        const before = readTree(world.remote);
        const locked = path.join(world.root, 'locked');
        chmodSync(locked, 0);
        engine = EngineProcess.start(settings, ':', ordinaryRights);
        world.write('open/c', 'changed');
        await engine.flush();
        await problem(engine, 'locked', 'unreadable');
        const now = readTree(world.remote);
        for (const at of ['locked', 'locked/a', 'locked/deep/b']) assert.equal(now.get(at), before.get(at));
        chmodSync(locked, 0o755);
        world.write('locked/a', 'again');
        rmSync(path.join(locked, 'deep'), { recursive: true });
        await arrives(world, 8000);
        await settled(world, engine);
        assert.deepEqual((await engine.ask({ kind: 'report' })).problems, []);
      } finally {
        chmodSync(path.join(world.root, 'locked'), 0o755);
        await engine.stop();
      }
    });
  });

  test('rules that cannot be read stay as they were', { skip: noRights }, async () => {
    await inEngineWorld(':', ordinaryRights ?? [], async (world, engine) => {
      const rules = world.write('sub/.gitignore', 'secret\n');
      world.write('sub/secret', 'never to be sent');
      world.write('sub/file', 'one');
      await settled(world, engine, (at) => at.endsWith('secret'));
      chmodSync(rules, 0);
      world.write('sub/file', 'two');
      world.write('sub/secret', 'still not');
      await engine.flush();
      assert.ok(!readTree(world.remote).has('sub/secret'));
      chmodSync(rules, 0o644);
      writeFileSync(rules, '# nothing any more\n');
      await settled(world, engine);
    });
  });

  test('a root that is replaced is looked at anew', async () => {
    await inEngineWorld(':', [], async (world, engine) => {
      for (const name of ['a', 'b/c']) world.write(name, name);
      await settled(world, engine);
      const other = `${world.root}-other`;
      mkdirSync(path.join(other, 'b'), { recursive: true });
      writeFileSync(path.join(other, 'b/c'), 'of the other checkout');
      renameSync(world.root, `${world.root}-old`);
      renameSync(other, world.root);
      await settled(world, engine);
      world.write('b/c', 'its watches are new');
      await arrives(world, 2000);
    });
  });
});

function limited(name: string, setup: string, run: (world: World, engine: EngineProcess) => Promise<void>): void {
  test(name, { skip: noLimits }, () => inEngineWorld(setup, ownLimits ?? [], run));
}

/** Runs a test in a world whose engine is a process of its own. */
async function inEngineWorld(
  setup: string,
  rights: readonly string[],
  run: (world: World, engine: EngineProcess) => Promise<void>,
): Promise<void> {
  await inWorld(async (world) => {
    await world.startSidecar();
    const settings = { root: world.root, stateDir: path.join(world.base, 'state'), port: world.sidecar.port };
    const engine = EngineProcess.start(settings, setup, rights);
    try {
      await run(world, engine);
    } finally {
      await engine.stop();
    }
  });
}

/** Problems are told in groups: waits until this one is. */
async function problem(engine: EngineProcess, at: string, code: string): Promise<void> {
  const end = performance.now() + 3000;
  for (;;) {
    const { problems } = await engine.ask({ kind: 'report' });
    if (problems.some((one) => one.path === at && one.code === code)) return;
    assert.ok(performance.now() < end, JSON.stringify(problems));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function settled(world: World, engine: EngineProcess, skip?: (at: string) => boolean): Promise<void> {
  await engine.flush();
  assert.deepEqual([...readTree(world.remote, skip)], [...readTree(world.root, skip)]);
}

/** Without a flush, everything arrives in so many milliseconds. */
async function arrives(world: World, milliseconds: number): Promise<void> {
  const wanted = JSON.stringify([...readTree(world.root)]);
  await until(
    () => (JSON.stringify([...readTree(world.remote)]) === wanted ? true : undefined),
    milliseconds,
    () => `${JSON.stringify([...readTree(world.remote)])} instead of ${wanted}`,
  );
}
