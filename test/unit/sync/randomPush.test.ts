import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { cutAfter } from './cutAfter.ts';
import { Random, seedOfRun } from './random.ts';
import { randomEdit } from './randomEdits.ts';
import { inWorld, type World } from './world.ts';

// `PODLOOP_ROUNDS` makes these longer; a failure names the seed that repeats it.
const rounds = Number(process.env.PODLOOP_ROUNDS ?? 6);
const seed = seedOfRun();

random('any sequence of changes ends in equal trees', async (world, random, edit) => {
  await world.start();
  for (let round = 0; round < rounds; round++) {
    edit(1 + random.below(40));
    await world.settle();
  }
  assert.deepEqual(readdirSync(path.join(world.volume, 'state/stage')), [], 'nothing stays in the stage');
});

random('it ends in equal trees when the sidecar is killed at any moment', async (world, random, edit) => {
  await world.start();
  for (let round = 0; round < rounds; round++) {
    edit(1 + random.below(30));
    if (random.chance(0.5)) await new Promise((resolve) => setTimeout(resolve, random.below(30)));
    await world.sidecar.stop('SIGKILL');
    edit(random.below(10));
    await world.startSidecar();
    world.engine.reconnectNow();
    await world.settle();
  }
});

random('it ends in equal trees when connections break at any byte', async (world, random, edit) => {
  let cuts = 0;
  world.wrap = (socket) => {
    if (cuts++ % 3 === 2) return socket;
    return cutAfter(socket, 1 + random.below(random.pick([300, 3000, 300_000])));
  };
  await world.start();
  for (let round = 0; round < rounds; round++) {
    edit(1 + random.below(40));
    await world.settle();
    world.engine.reconnectNow();
  }
  assert.ok(cuts > rounds);
});

random('edits made while no engine runs arrive when one is opened', async (world, random, edit) => {
  await world.startSidecar();
  for (let round = 0; round < rounds; round++) {
    edit(1 + random.below(40));
    world.openEngine();
    if (random.chance(0.5)) edit(random.below(20));
    await world.settle();
    await world.closeEngine();
  }
});

/** Runs a test in a world with a random source; when it fails, says by which seed and edits. */
function random(
  name: string,
  run: (world: World, random: Random, edit: (count: number) => void) => Promise<void>,
): void {
  test(name, async () => {
    const done: string[] = [];
    const source = new Random(seed);
    try {
      await inWorld(async (world) => {
        await run(world, source, (count) => {
          for (let index = 0; index < count; index++) done.push(randomEdit(world.root, source));
          const last = /^(?:edit|create) (\S+)$/.exec(done.at(-1) ?? '')?.[1];
          if (last !== undefined) world.noteSaved(last);
        });
      });
    } catch (error) {
      const message = error instanceof Error ? error.message.slice(0, 1500) : String(error);
      const edits = JSON.stringify(done.slice(-40));
      assert.fail(`PODLOOP_SEED=${seed} repeats this.\nLast of ${done.length} edits: ${edits}\n${message}`);
    }
  });
}
