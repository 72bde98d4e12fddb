import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { hashBytesOf } from '../../../src/sync/replica/readFile.ts';
import { applyDelta, makeDelta } from '../../../src/sync/core/delta.ts';
import { VersionCache } from '../../../src/sync/core/versionCache.ts';
import { Random, seedOfRun } from './random.ts';

const seed = seedOfRun();
const source = Buffer.from(
  Array.from({ length: 800 }, (_, line) => `const value${line} = compute(${line * 7919}, previous);\n`).join(''),
);

suite('the difference between two versions', () => {
  const edits: [string, Uint8Array, number][] = [
    ['one line', replaced(source, 20_000, 10, 'changed line\n'), 40],
    ['a line at the front', Buffer.concat([Buffer.from('// header\n'), source]), 30],
    ['a line at the end', Buffer.concat([source, Buffer.from('// footer\n')]), 30],
    ['a name in many places', Buffer.from(source.toString().replaceAll('value77', 'renamed')), 300],
    ['a block moved down', Buffer.concat([source.subarray(900), source.subarray(0, 900)]), 80],
    ['everything doubled', Buffer.concat([source, source]), 60],
    ['the first half only', source.subarray(0, source.length / 2), 20],
  ];
  for (const [name, after, most] of edits) {
    test(`${name} takes few bytes`, () => {
      const steps = makeDelta(source, after);
      assert.ok(steps !== undefined);
      assert.deepEqual(applyDelta(source, steps), new Uint8Array(after));
      const bytes = steps.reduce((sum, step) => sum + step.bytes.length + 8, 0);
      assert.ok(bytes <= most, `${bytes} bytes in ${steps.length} steps`);
    });
  }

  test('there is none where it would not be shorter', () => {
    assert.equal(makeDelta(source, new Random(1).bytes(20_000)), undefined);
    assert.equal(makeDelta(Buffer.from('one'), Buffer.from('two')), undefined);
    assert.equal(makeDelta(new Uint8Array(), source), undefined);
    assert.equal(makeDelta(source, new Uint8Array()), undefined);
  });

  test('of whatever versions, it makes the later one', () => {
    const random = new Random(seed);
    let made = 0;
    for (let round = 0; round < 400; round++) {
      const before = random.chance(0.5) ? random.bytes(random.below(3000)) : source.subarray(0, random.below(9000));
      const after = edited(before, random);
      const steps = makeDelta(before, after);
      if (steps === undefined) continue;
      made++;
      assert.ok(Buffer.from(applyDelta(before, steps)).equals(after), `PODLOOP_SEED=${seed}, round ${round}`);
    }
    assert.ok(made > 100, `${made} of 400`);
  });
});

test('versions that were not used for the longest time are forgotten first', () => {
  const cache = new VersionCache(1000);
  const [a, b, c] = ['a', 'b', 'c'].map((letter) => Buffer.alloc(400, letter));
  assert.ok(a !== undefined && b !== undefined && c !== undefined);
  cache.set(hashBytesOf(a), a);
  cache.set(hashBytesOf(b), b);
  cache.set(hashBytesOf(a), a);
  cache.set(hashBytesOf(c), c);
  assert.equal(cache.get(hashBytesOf(b)), undefined);
  assert.equal(cache.get(hashBytesOf(a)), a);
  assert.equal(cache.get(hashBytesOf(c)), c);
  const large = Buffer.alloc(1001);
  cache.set(hashBytesOf(large), large);
  assert.equal(cache.get(hashBytesOf(large)), undefined);
  assert.equal(cache.get(hashBytesOf(c)), undefined);
});

function replaced(bytes: Buffer, at: number, length: number, text: string): Buffer {
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(text), bytes.subarray(at + length)]);
}

/** Some insertions, removals, moves and repetitions. */
function edited(before: Uint8Array, random: Random): Buffer {
  let after = Buffer.from(before);
  for (let count = random.below(6); count >= 0; count--) {
    const at = random.below(after.length + 1);
    const piece = random.chance(0.5) ? random.bytes(random.below(200)) : after.subarray(random.below(at + 1), at);
    const end = random.chance(0.5) ? at : Math.min(after.length, at + random.below(300));
    after = Buffer.concat([after.subarray(0, at), piece, after.subarray(end)]);
  }
  return after;
}
