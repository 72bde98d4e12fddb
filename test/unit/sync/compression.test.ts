import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { crc32, zstdCompressSync, constants } from 'node:zlib';
import { encodeFrame } from '../../../src/protocol/codec.ts';
import type { Chunk, Frame, PackEncoding } from '../../../src/protocol/frame.ts';
import { type Compression, Compressor } from '../../../src/sync/link/compression.ts';
import { seal, sealTogether, unseal } from '../../../src/sync/link/frames.ts';
import { randomFrames } from '../protocol/frames.ts';
import { Random, seedOfRun } from './random.ts';

const seed = seedOfRun();
const text = Buffer.alloc(200_000, 'const value = compute(something, other) ?? fallback;\n');

for (const compression of ['brotli', 'zstd'] satisfies Compression[]) {
  suite(`packs with ${compression}`, () => {
    test('give back the frames', () => {
      const random = new Random(seed);
      for (let round = 0; round < 20; round++) {
        const frames = randomFrames(random).filter(({ kind }) => kind !== 'pack');
        const message = sealTogether(frames.map(seal), new Compressor(compression));
        const again = unseal(message);
        assert.ok(!('kind' in again));
        assert.deepEqual(again.map(sealed), frames.map(sealed), `PODLOOP_SEED=${seed}`);
      }
    });

    test('are much shorter for source text, and never longer than need be for anything else', () => {
      const compressor = new Compressor(compression);
      const source = chunk(text.subarray(0, 65_536));
      assert.ok(sealTogether([source, source], compressor).length < 4000);
      assert.ok(sealTogether([source], compressor).length < 4000);
      const noise = chunk(new Random(seed).bytes(65_536));
      assert.equal(sealTogether([noise], compressor), noise);
      assert.ok(sealTogether([noise, noise.slice()], new Compressor(compression)).length < 2 * noise.length + 50);
    });

    test('soon are not tried any more where nothing becomes shorter, and soon again where it does', () => {
      const compressor = new Compressor(compression);
      const noise = new Random(seed).bytes(65_536);
      for (let round = 0; round < 100; round++) assert.equal(compressor.compress(noise), undefined);
      let raw = 0;
      while (compressor.compress(text) === undefined) raw++;
      assert.ok(raw <= 31, `${raw} were sent as they are`);
      assert.ok(compressor.compress(text) !== undefined);
    });

    test('that claim another size, are damaged or want much memory are refused', () => {
      const compressed = new Compressor(compression).compress(text) ?? text;
      assert.match(refusal(compression, text.length - 1, compressed), /cannot be decompressed/);
      assert.match(refusal(compression, text.length + 1, compressed), /of another size/);
      assert.match(refusal(compression, 0, compressed), /cannot be decompressed/);
      const random = new Random(seed);
      for (let round = 0; round < 200; round++) {
        const broken = Uint8Array.from(compressed);
        const index = random.below(broken.length);
        broken[index] = (broken[index] ?? 0) ^ (1 + random.below(255));
        // What comes out by chance is no frame either.
        assert.ok(refusal(compression, text.length, broken) !== '', `PODLOOP_SEED=${seed}`);
      }
    });
  });
}

test('a pack that wants a large window is refused', () => {
  const wide = zstdCompressSync(Buffer.from(new Random(3).bytes(2 * 1024 * 1024)), {
    params: { [constants.ZSTD_c_windowLog]: 24, [constants.ZSTD_c_contentSizeFlag]: 0 },
  });
  assert.match(refusal('zstd', 1_000_000, wide.subarray(0, 900_000)), /cannot be decompressed/);
});

function chunk(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame: Chunk = { kind: 'chunk', transfer: 1, data };
  return seal(frame);
}

function sealed(frame: Frame): string {
  return Buffer.from(encodeFrame(frame, crc32)).toString('base64');
}

function refusal(encoding: PackEncoding, size: number, bytes: Uint8Array): string {
  const frames = unseal(seal({ kind: 'pack', encoding, size, bytes }));
  return 'kind' in frames ? frames.reason : '';
}
