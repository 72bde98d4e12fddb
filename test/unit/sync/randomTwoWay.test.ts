import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Random, seedOfRun } from './random.ts';
import { randomEdit } from './randomEdits.ts';
import { inWorld, type World } from './world.ts';

// `PODLOOP_ROUNDS` makes this longer; a failure names the seed that repeats it.
const rounds = Number(process.env.PODLOOP_ROUNDS ?? 4);
const seed = seedOfRun();

test('any changes on both sides end in equal trees, and no version is lost', async () => {
  const random = new Random(seed);
  const done: string[] = [];
  try {
    await inWorld(async (world) => {
      world.write('here', 'a file of this side');
      await world.start({ mode: 'twoWay' });
      await world.settle();
      for (let round = 0; round < rounds; round++) {
        const written = new Set<string>();
        for (let count = 2 + random.below(20); count > 0; count--) {
          const there = random.chance(0.5);
          const root = there ? world.remote : world.root;
          done.push(`${there ? 'there' : 'here'}: ${edit(root, random)}`);
          if (random.chance(0.2)) await new Promise((resolve) => setTimeout(resolve, random.below(20)));
        }
        for (const content of [...contents(world.root), ...contents(world.remote)]) written.add(content);
        await world.converge();
        const kept = everythingKept(world);
        const lost = [...written].filter((content) => !kept.has(content));
        assert.deepEqual(lost, [], 'every version that was there is there or kept');
      }
    });
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 2500) : String(error);
    assert.fail(`PODLOOP_SEED=${seed} repeats this.\nLast edits: ${JSON.stringify(done.slice(-30))}\n${message}`);
  }
});

/** An edit may meet what the engine is writing at the same moment; whoever edits then has an error, as anywhere. */
function edit(root: string, random: Random): string {
  try {
    return randomEdit(root, random);
  } catch (error) {
    return `failed: ${String(error)}`;
  }
}

/** The contents of all files below a folder. */
function contents(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => readIfThere(path.join(entry.parentPath, entry.name)));
}

/** The engine may be deleting while this is listing. */
function readIfThere(file: string): string[] {
  try {
    return [readFileSync(file, 'latin1')];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function everythingKept(world: World): Set<string> {
  const places = [world.root, world.volume, path.join(world.base, 'state')];
  return new Set(places.flatMap(contents));
}
