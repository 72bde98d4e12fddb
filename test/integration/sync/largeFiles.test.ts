import assert from 'node:assert/strict';
import { createHash, randomFillSync } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { Random, seedOfRun } from '../../unit/sync/random.ts';
import { until, World } from '../../unit/sync/world.ts';
import { CountingProxy } from './countingProxy.ts';
import { EngineProcess } from './engineProcess.ts';

const mebibyte = 1024 * 1024;
const seed = seedOfRun();
/** Large enough that a copy of the whole in memory shows, small enough for a quick test. */
const largeBytes = 256 * mebibyte;

suite('files at full size', () => {
  const world = new World();
  let proxy: CountingProxy;
  let engine: EngineProcess;

  before(async () => {
    await world.startSidecar();
    proxy = await CountingProxy.open(() => world.sidecar.port);
    engine = EngineProcess.start({ root: world.root, stateDir: world.folder('state'), port: proxy.port });
    world.write('data/large.bin', '');
    await engine.flush();
  });
  after(async () => {
    await engine.stop();
    proxy.close();
    await world.stop();
  });

  const here = (name: string): string => path.join(world.root, name);
  const there = (name: string): string => path.join(world.remote, name);

  /** Flushes, and requires that a file arrived and how much travelled for it. */
  const arrives = async (name: string, most: number): Promise<void> => {
    proxy.take();
    await engine.flush();
    const bytes = proxy.take();
    assert.equal(digestOf(there(name)), digestOf(here(name)));
    assert.ok(bytes <= most, `${bytes} of at most ${most} bytes were sent`);
  };

  test('scenario 35: an upload that a kill interrupts goes on at its last chunk', async () => {
    fillWithNoise(here('data/large.bin'), largeBytes);
    await until(
      () => (proxy.bytes > largeBytes / 3 ? true : undefined),
      30_000,
      () => `${proxy.bytes} bytes were sent`,
    );
    await world.sidecar.stop('SIGKILL');
    const [left = 0] = partialSizes(world);
    assert.ok(left > largeBytes / 4, `${left} bytes were kept`);
    proxy.take();
    await world.startSidecar();
    await arrives('data/large.bin', largeBytes - left + mebibyte);
    assert.deepEqual(partialSizes(world), []);
  });

  test('scenario 7: a kilobyte at the end of a large file travels alone, and memory stays as it is', async () => {
    const memory = [engine.pid, world.sidecar.pid].map((pid) => peakOf(pid));
    appendFileSync(here('data/large.bin'), noise(1024));
    await arrives('data/large.bin', 150 * 1024);
    for (const [index, peak] of memory.entries()) {
      const grown = peak() - 64;
      assert.ok(grown < 0, `${index === 0 ? 'the client' : 'the sidecar'} grew by ${grown + 64} MB`);
    }
  });

  test('scenario 9: of sparse edits across a large file only the chunks that they are in travel', async () => {
    const random = new Random(seed);
    const descriptor = openSync(here('data/large.bin'), 'r+');
    for (let edit = 0; edit < 500; edit++) writeSync(descriptor, noise(1), 0, 1, random.below(largeBytes));
    closeSync(descriptor);
    // Chunks are 16 KB on average and 48 KB at most; one in a hundred edits moves the end of its chunk.
    await arrives('data/large.bin', 500 * 48 * 1024);
  });

  test('scenario 8: a byte at the front of a large file moves everything and sends next to nothing', async () => {
    const moved = here('data/moved~');
    writeFileSync(moved, 'x');
    appendAll(moved, here('data/large.bin'));
    renameSync(moved, here('data/large.bin'));
    await arrives('data/large.bin', 200 * 1024);
  });

  test('scenario 16: a large file that is moved to another folder is renamed there', async () => {
    const inode = statSync(there('data/large.bin')).ino;
    mkdirSync(here('elsewhere'));
    renameSync(here('data/large.bin'), here('elsewhere/large.bin'));
    await arrives('elsewhere/large.bin', 1024);
    assert.equal(statSync(there('elsewhere/large.bin')).ino, inode);
    assert.ok(!existsSync(there('data/large.bin')));
  });

  test('scenario 17: a large file that is copied is copied there', async () => {
    copyFileSync(here('elsewhere/large.bin'), here('data/copy.bin'));
    await arrives('data/copy.bin', 10 * 1024);
    rmSync(here('data/copy.bin'));
    rmSync(here('elsewhere/large.bin'));
    await engine.flush();
  });

  test('scenario 10: the holes of a sparse file take no room there and do not travel', async () => {
    const name = 'data/sparse.bin';
    writeFileSync(here(name), noise(mebibyte / 2));
    truncateSync(here(name), 512 * mebibyte);
    appendFileSync(here(name), noise(mebibyte / 2));
    await arrives(name, 1.2 * mebibyte);
    assert.ok(statSync(there(name)).blocks * 512 < 4 * mebibyte);
  });

  test('scenario 20: what cannot be compressed is sent as it is', async () => {
    fillWithNoise(here('data/noise.bin'), 50 * mebibyte);
    await arrives('data/noise.bin', 50.2 * mebibyte);
  });

  test('scenario 16: a folder of 10,000 files that is renamed is renamed there as a whole', async () => {
    for (let index = 0; index < 10_000; index++) {
      world.write(`many/f${index % 100}/file-${index}.ts`, `export const value${index} = ${index * 7919};\n`);
    }
    await engine.flush();
    const inode = statSync(there('many/f7')).ino;
    proxy.take();
    renameSync(here('many'), here('elsewhere/renamed'));
    await engine.flush();
    const bytes = proxy.take();
    assert.ok(bytes < 1024, `${bytes} bytes were sent`);
    assert.equal(statSync(there('elsewhere/renamed/f7')).ino, inode);
    assert.ok(!existsSync(there('many')));
  });
});

function noise(length: number): Buffer {
  return randomFillSync(Buffer.alloc(length));
}

function fillWithNoise(file: string, bytes: number): void {
  const descriptor = openSync(file, 'w');
  for (let written = 0; written < bytes; written += mebibyte) writeSync(descriptor, noise(mebibyte));
  closeSync(descriptor);
}

function appendAll(file: string, from: string): void {
  forEachBlock(from, (block) => {
    appendFileSync(file, block);
  });
}

function digestOf(file: string): string {
  const digest = createHash('sha256');
  forEachBlock(file, (block) => {
    digest.update(block);
  });
  return digest.digest('hex');
}

function forEachBlock(file: string, each: (block: Uint8Array) => void): void {
  const descriptor = openSync(file, 'r');
  const block = new Uint8Array(4 * mebibyte);
  for (let count = readSync(descriptor, block); count > 0; count = readSync(descriptor, block)) {
    each(block.subarray(0, count));
  }
  closeSync(descriptor);
}

function partialSizes(world: World): number[] {
  const folder = path.join(world.volume, 'state/partial');
  return readdirSync(folder).map((name) => statSync(path.join(folder, name)).size);
}

/** By how many MB a process grows at most from now on. */
function peakOf(pid: number): () => number {
  const read = (field: string): number => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  };
  // Linux then counts the peak from the present size.
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const start = read('VmRSS');
  return () => read('VmHWM') - start;
}
