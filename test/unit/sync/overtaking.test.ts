import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { contentHash } from '../../../src/protocol/contentHash.ts';
import { receiveWindowBytes } from '../../../src/sync/replica/receiver.ts';
import { counting } from './countBytes.ts';
import { Middle } from './middle.ts';
import { slowLink } from './slowLink.ts';
import { inWorld, until, type World } from './world.ts';

const mebibyte = 1024 * 1024;

suite('saves and what is under way', { concurrency: 3 }, () => {
  scenario('scenario 51: a save overtakes a large upload on a slow line', async (world) => {
    world.write('a.txt', 'one');
    let carried = 0;
    world.wrap = (socket) =>
      slowLink(socket, (bytes) => {
        carried += bytes;
      });
    await world.start();
    await world.settle();
    world.write('large.bin', randomBytes(16 * mebibyte));
    await soon(
      () => carried > mebibyte,
      () => `${carried} bytes were carried`,
    );
    const before = carried;
    world.write('a.txt', 'two');
    world.noteSaved('a.txt');
    const there = path.join(world.remote, 'a.txt');
    await soon(
      () => readFileSync(there, 'utf8') === 'two',
      () => `${carried - before} bytes later it is not there`,
    );
    // What the line carries in 300 ms.
    const bytes = carried - before;
    assert.ok(bytes < 375_000, `${bytes} bytes were carried before it`);
    assert.ok(!existsSync(path.join(world.remote, 'large.bin')));
  });

  scenario('scenario 50: while the pod stalls little is sent, and a save comes first after that', async (world) => {
    world.write('a.txt', 'one');
    let sent = 0;
    world.wrap = (socket) =>
      counting(socket, (bytes) => {
        sent += bytes;
      });
    await world.start();
    await world.settle();
    process.kill(world.sidecar.pid, 'SIGSTOP');
    sent = 0;
    const large = world.write('large.bin', randomBytes(48 * mebibyte));
    world.noteSaved('large.bin');
    await soon(
      () => sent >= 256 * 1024,
      () => `${sent} bytes were sent`,
    );
    let last = -1;
    // Several looks without a further byte: nothing more is sent before the other end has consumed something.
    for (let quiet = 0; quiet < 50; quiet = sent === last ? quiet + 1 : 0) {
      last = sent;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    assert.ok(sent <= receiveWindowBytes, `${sent} of ${statSync(large).size} bytes were sent`);
    world.write('a.txt', 'two');
    world.noteSaved('a.txt');
    process.kill(world.sidecar.pid, 'SIGCONT');
    const there = path.join(world.remote, 'a.txt');
    await soon(
      () => readFileSync(there, 'utf8') === 'two',
      () => 'the save is not there',
    );
    assert.ok(!existsSync(path.join(world.remote, 'large.bin')), 'it came before the large file');
    await world.flush();
    assert.equal(statSync(path.join(world.remote, 'large.bin')).size, 48 * mebibyte);
  });

  scenario('scenario 53: what a pod only claims to have is found out and repaired', async (world) => {
    world.write('a.txt', 'right');
    world.write('b.txt', 'fine');
    await world.startSidecar();
    const wrong = Buffer.from('wrong');
    const hash = contentHash(createHash('sha256').update(wrong).digest('hex'));
    let altered = 0;
    const middle = await Middle.open(world.sidecar.port, {
      toSidecar: (frame) => {
        if (frame.kind !== 'put' || frame.path !== 'a.txt' || altered++ > 0) return frame;
        return { ...frame, hash, content: { kind: 'whole', bytes: wrong } };
      },
    });
    try {
      world.openEngine({ connect: () => Promise.resolve(middle.dial()) });
      await world.flush();
      assert.equal(readFileSync(path.join(world.remote, 'a.txt'), 'utf8'), 'wrong');
      world.engine.reconnectNow();
      await world.status(({ kind }) => kind !== 'inSync');
      await world.settle();
    } finally {
      await world.closeEngine();
      middle.close();
    }
  });
});

function scenario(name: string, run: (world: World) => Promise<void>): void {
  test(name, () => inWorld(run));
}

function soon(probe: () => boolean, otherwise: () => string): Promise<true> {
  return until(() => (probe() ? true : undefined), 15_000, otherwise);
}
