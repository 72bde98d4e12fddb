import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { averageFor } from '../../../src/sync/core/chunkCut.ts';
import type { ChunkList } from '../../../src/sync/core/chunkList.ts';
import { ChunkWalk } from '../../../src/sync/core/chunkWalk.ts';
import { ChunkStore } from '../../../src/sync/replica/chunkStore.ts';
import { hashBytesOf } from '../../../src/sync/replica/readFile.ts';
import { Random, seedOfRun } from './random.ts';

const seed = seedOfRun();
const mebibyte = 1024 * 1024;

suite('chunks of long files', () => {
  const file = Buffer.from(new Random(7).bytes(2 * mebibyte));
  const { list } = walk(file, undefined);
  const edits: [string, Buffer, number][] = [
    ['a byte in the middle', edited(file, mebibyte, 1, 'x'), 6144],
    ['a byte at the front', edited(file, 0, 0, 'x'), 8192],
    ['a kilobyte at the end', Buffer.concat([file, Buffer.alloc(1024, 'x')]), 2048],
    ['a removed stretch', edited(file, 500_000, 100_000, ''), 16_384],
    ['the two halves in turn', Buffer.concat([file.subarray(mebibyte), file.subarray(0, mebibyte)]), 24_576],
    ['nothing', file, 0],
    ['half of it', file.subarray(0, mebibyte), 8192],
  ];
  for (const [name, after, most] of edits) {
    test(`of a file that changed by ${name} at most ${most} bytes are new`, () => {
      const { fresh } = walk(after, list, file);
      assert.ok(fresh <= most, `${fresh} bytes`);
    });
  }

  test('are about as long as wanted', () => {
    const lengths = Array.from({ length: list.count }, (_, chunk) => list.lengthOf(chunk));
    const mean = file.length / list.count;
    assert.ok(mean > 1500 && mean < 4000, `${mean} bytes`);
    assert.ok(lengths.slice(0, -1).every((length) => length >= 512 && length <= 6144));
    assert.equal(list.size, file.length);
    assert.deepEqual([averageFor(0), averageFor(64 * mebibyte), averageFor(2048 * mebibyte)], [2048, 2048, 65536]);
  });

  test('do not become ever shorter when a file grows by little pieces', () => {
    let grown: Buffer = file.subarray(0, 100_000);
    let before = walk(grown, undefined).list;
    for (let round = 0; round < 300; round++) {
      const after: Buffer = Buffer.concat([grown, Buffer.from(`line ${round}\n`)]);
      const { fresh, list: now } = walk(after, before, grown);
      assert.ok(fresh < 2048 + 20, `${fresh} bytes`);
      [grown, before] = [after, now];
    }
    assert.ok(before.count < 100, `${before.count} chunks`);
  });

  test('make the later one of whatever versions', () => {
    const random = new Random(seed);
    for (let round = 0; round < 30; round++) {
      let before: Buffer = file.subarray(0, random.below(300_000));
      let chunks = walk(before, undefined).list;
      for (let version = 0; version < 4; version++) {
        const at = random.below(before.length + 1);
        const piece = random.chance(0.5) ? Buffer.from(random.bytes(random.below(5000))) : file.subarray(0, at);
        const after = Buffer.concat([before.subarray(0, at), piece, before.subarray(at + random.below(20_000))]);
        // `walk` itself compares what it gives with the file.
        chunks = walk(after, chunks, before).list;
        assert.equal(chunks.size, after.length, `PODLOOP_SEED=${seed}`);
        before = after;
      }
    }
  });
});

suite('remembered chunks', () => {
  const file = Buffer.from(new Random(3).bytes(300_000));
  const hash = hashBytesOf(file);
  const { list } = walk(file, undefined);

  inFolder('outlive the process', (folder) => {
    new ChunkStore(folder).set(hash, list);
    const found = new ChunkStore(folder).get(hash, file.length);
    assert.deepEqual(found?.numbers, list.numbers);
    assert.equal(found.average, list.average);
    assert.equal(new ChunkStore(folder).get(hash, file.length + 1), undefined);
    assert.equal(new ChunkStore(folder).get(hashBytesOf(Buffer.from('other')), 5), undefined);
  });

  inFolder('are not believed when they are damaged', (folder) => {
    new ChunkStore(folder).set(hash, list);
    const [name = ''] = readdirSync(folder);
    const bytes = readFileSync(path.join(folder, name));
    const random = new Random(seed);
    for (let round = 0; round < 50; round++) {
      const damaged = Buffer.from(bytes);
      const at = random.below(bytes.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 + random.below(255));
      writeFileSync(path.join(folder, name), random.chance(0.5) ? damaged : bytes.subarray(0, at));
      const store = new ChunkStore(folder);
      assert.equal(store.get(hash, file.length), undefined, `PODLOOP_SEED=${seed}`);
      store.set(hash, list);
      assert.ok(new ChunkStore(folder).get(hash, file.length) !== undefined);
    }
  });

  inFolder('are forgotten before they take too much room', (folder) => {
    const store = new ChunkStore(folder);
    const large = walk(Buffer.from(new Random(5).bytes(3 * mebibyte)), undefined).list;
    const names = Array.from({ length: 40 }, (_, index) => hashBytesOf(Buffer.from(String(index))));
    const limited = new ChunkStore(folder, 20 * large.numbers.byteLength);
    for (const name of names) limited.set(name, large);
    assert.ok(readdirSync(folder).length < 20);
    assert.ok(limited.get(names[39] ?? hash, large.size) !== undefined);
    assert.equal(store.get(hash, file.length), undefined);
  });
});

/** Walks through a file as an upload does and checks each stretch; gives its chunks and how many bytes were new. */
function walk(file: Buffer, base: ChunkList | undefined, before?: Buffer): { list: ChunkList; fresh: number } {
  const chunks = new ChunkWalk(file.length, base, crc32);
  let fresh = 0;
  for (let at = 0; at < file.length;) {
    const { length, from } = chunks.next(file, at, Math.min(file.length, at + chunks.window));
    assert.ok(length > 0);
    if (from === undefined) fresh += length;
    else assert.ok(before?.subarray(from, from + length).equals(file.subarray(at, at + length)));
    at += length;
  }
  return { list: chunks.finish(), fresh };
}

function edited(file: Buffer, at: number, removed: number, added: string): Buffer {
  return Buffer.concat([file.subarray(0, at), Buffer.from(added), file.subarray(at + removed)]);
}

function inFolder(name: string, run: (folder: string) => void): void {
  test(name, () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'podloop-chunks-'));
    try {
      run(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
