import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import type { Frame } from '../../../src/protocol/frame.ts';
import { countBytes, counting } from './countBytes.ts';
import { cutAfter } from './cutAfter.ts';
import { Middle } from './middle.ts';
import { inWorld, until, type World } from './world.ts';

suite('what travels for a change', { concurrency: 4 }, () => {
  scenario('scenario 1: one edited line of a 4 KB file travels alone', async (world) => {
    const before = sourceText(100);
    world.write('src/shop/cart.ts', before);
    const count = countBytes(world);
    await world.start();
    await world.settle();
    for (const line of ['value50 = 1;', 'value51 = compute(2, 3, 4, 5, 6);']) {
      count();
      world.write('src/shop/cart.ts', before.replace(/value5. = .*/, line));
      world.noteSaved('src/shop/cart.ts');
      await world.settle();
      const bytes = count();
      assert.ok(bytes <= 300, `${bytes} bytes were sent`);
    }
  });

  scenario('scenario 21: content that the pod rebuilds wrongly is never visible and travels whole', async (world) => {
    const before = sourceText(100);
    const after = before.replace('value50', 'renamed');
    world.write('a.ts', before);
    const there = path.join(world.remote, 'a.ts');
    const kinds: string[] = [];
    let whileRefused: string | undefined;
    await world.startSidecar();
    const middle = await Middle.open(world.sidecar.port, {
      toSidecar: (frame) => {
        if (frame.kind === 'put') kinds.push(frame.content.kind);
        return flipped(frame);
      },
      toClient: (frame) => {
        if (frame.kind === 'nack' && frame.reason === 'content') whileRefused = readFileSync(there, 'utf8');
        return frame;
      },
    });
    try {
      world.openEngine({ connect: () => Promise.resolve(middle.dial()) });
      await world.settle();
      world.write('a.ts', after);
      await world.settle();
      assert.equal(whileRefused, before, 'the old version was whole when the new one was refused');
      assert.deepEqual(kinds, ['whole', 'delta', 'whole']);
      world.write('a.ts', before);
      await world.settle();
      assert.deepEqual(kinds.slice(3, 4), ['delta'], 'later changes are differences again');
    } finally {
      await world.closeEngine();
      middle.close();
    }
  });

  scenario('a difference to what is not there any more does no harm', async (world) => {
    world.write('a.ts', sourceText(100));
    await world.start();
    await world.settle();
    world.write('../volume/files/a.ts', 'written by the pod');
    world.write('a.ts', sourceText(101));
    await world.settle();
    world.write('../volume/files/a.ts', sourceText(99));
    world.write('a.ts', sourceText(102));
    await world.settle();
  });

  scenario('saves that follow each other at once are differences to one another', async (world) => {
    const count = countBytes(world);
    world.write('a.ts', sourceText(400));
    await world.start();
    await world.settle();
    count();
    for (let round = 0; round < 20; round++) {
      // Renamed into place, so that each version is whole at every moment; such a name is ignored.
      const aside = world.write('a.ts~', sourceText(400).replace('value7 ', `round${round} `));
      renameSync(aside, path.join(world.root, 'a.ts'));
      world.noteSaved('a.ts');
    }
    await world.settle();
    const bytes = count();
    assert.ok(bytes < 20 * 300, `${bytes} bytes were sent`);
  });

  scenario('of a large file only what changed travels, also after both ends were restarted', async (world) => {
    const file = world.write('data.bin', randomBytes(3 * mebibyte));
    const count = countBytes(world);
    await world.start();
    await world.settle();
    const change = async (most: number, edit: () => void): Promise<void> => {
      count();
      edit();
      await world.settle();
      const bytes = count();
      assert.ok(bytes <= most, `${bytes} of at most ${most} bytes were sent`);
    };
    await change(8192, () => overwrite(file, 1_500_000, 'x'));
    await change(8192, () => writeFileSync(file, Buffer.concat([Buffer.from('front'), readFileSync(file)])));
    await world.closeEngine();
    await world.sidecar.stop('SIGKILL');
    await world.startSidecar();
    world.openEngine();
    await world.settle();
    await change(8192, () => appendFileSync(file, 'at the end'));
    await change(8192, () => truncateSync(file, 2 * mebibyte));
    await change(3000, () => utimesSync(file, 1, 1));
  });

  scenario('a large file that the pod changed meanwhile is replaced as a whole', async (world) => {
    const file = world.write('data.bin', randomBytes(mebibyte));
    const there = path.join(world.remote, 'data.bin');
    await world.start();
    await world.settle();
    truncateSync(there, 5000);
    overwrite(file, 700_000, 'mine');
    await world.settle();
    overwrite(there, 300_000, 'of the pod');
    overwrite(file, 700_000, 'ours');
    await world.settle();
  });

  scenario('an interrupted upload goes on where it was', async (world) => {
    const size = 6 * mebibyte;
    world.write('data.bin', randomBytes(size));
    const partials = path.join(world.volume, 'state/partial');
    const sent: number[] = [];
    // The first connection breaks, the second one is cut by the death of the sidecar, the third one stays.
    world.wrap = (socket) => {
      const index = sent.push(0) - 1;
      const counted = counting(index === 0 ? cutAfter(socket, 3 * mebibyte) : socket, (bytes) => {
        sent[index] = (sent[index] ?? 0) + bytes;
        if (index === 1 && (sent[1] ?? 0) > mebibyte) process.kill(world.sidecar.pid, 'SIGKILL');
      });
      return counted;
    };
    await world.start();
    await until(
      () => (world.sidecar.isOver ? true : undefined),
      10_000,
      () => `${sent.join()} bytes were sent`,
    );
    const [left] = readdirSync(partials).map((name) => statSync(path.join(partials, name)).size);
    assert.ok(left !== undefined && left > 3 * mebibyte);
    sent.length = 2;
    await world.startSidecar();
    await world.settle();
    const last = sent.slice(2).reduce((sum, bytes) => sum + bytes, 0);
    assert.ok(last < size - left + 100_000, `${last} bytes were sent after ${left} had arrived`);
    assert.deepEqual(readdirSync(partials), []);
  });

  scenario('what was kept of an upload is not believed', async (world) => {
    const file = world.write('data.bin', randomBytes(3 * mebibyte));
    const partials = path.join(world.volume, 'state/partial');
    let dials = 0;
    let damaged = 0;
    world.wrap = (socket) => {
      if (dials++ === 0) return cutAfter(socket, 2 * mebibyte);
      for (const name of dials === 2 ? readdirSync(partials) : []) {
        overwrite(path.join(partials, name), 300_000, 'damaged');
        damaged++;
      }
      return socket;
    };
    await world.start();
    await world.settle();
    assert.equal(damaged, 1);
    overwrite(file, 5, 'x');
    await world.settle();
  });

  scenario('holes stay holes', async (world) => {
    const file = world.write('sparse.bin', 'begin');
    truncateSync(file, 8 * mebibyte);
    overwrite(file, 5 * mebibyte, 'middle');
    const count = countBytes(world);
    await world.start();
    await world.settle();
    const there = path.join(world.remote, 'sparse.bin');
    assert.ok(count() < 100_000);
    assert.ok(statSync(there).blocks * 512 < mebibyte, `${statSync(there).blocks} blocks`);
    overwrite(file, 7 * mebibyte, 'end');
    await world.settle();
    assert.ok(statSync(there).blocks * 512 < mebibyte, `${statSync(there).blocks} blocks`);
  });
});

const mebibyte = 1024 * 1024;

function overwrite(file: string, at: number, text: string): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, text, at);
  closeSync(descriptor);
}

function scenario(name: string, run: (world: World) => Promise<void>): void {
  test(name, () => inWorld(run));
}

function sourceText(lines: number): string {
  return Array.from({ length: lines }, (_, line) => `const value${line} = compute(${line * 7919}, other);\n`).join('');
}

/** A delta in which one bit of what it adds is another one. */
function flipped<F extends Frame>(frame: F): F {
  if (frame.kind !== 'put' || frame.content.kind !== 'delta') return frame;
  if (!Buffer.concat(frame.content.steps.map(({ bytes }) => bytes)).includes('rename')) return frame;
  const steps = frame.content.steps.map((step) => {
    const bytes = Uint8Array.from(step.bytes);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    return { ...step, bytes };
  });
  return { ...frame, content: { ...frame.content, steps } };
}
