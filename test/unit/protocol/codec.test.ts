import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { decodeFrame, encodeFrame } from '../../../src/protocol/codec.ts';
import type { Content, Frame, Put } from '../../../src/protocol/frame.ts';
import { maxDeltaSteps, maxFrameBytes, maxInlineBytes } from '../../../src/protocol/limits.ts';
import { joinFrames, splitFrames } from '../../../src/protocol/pack.ts';
import { Random, seedOfRun } from '../sync/random.ts';
import { at, randomFrames } from './frames.ts';

const seed = seedOfRun();

test('every frame reads back as it was written', () => {
  const random = new Random(seed);
  for (let round = 0; round < 40; round++) {
    for (const frame of randomFrames(random)) {
      assert.deepEqual(plain(decodeFrame(encodeFrame(frame, crc32), crc32)), plain(frame), `PODLOOP_SEED=${seed}`);
    }
  }
});

test('a frame with any byte changed, added or missing is refused', () => {
  const random = new Random(seed);
  for (const frame of randomFrames(random)) {
    const bytes = encodeFrame(frame, crc32);
    for (let round = 0; round < 30; round++) {
      const broken = Uint8Array.from(bytes);
      const index = random.below(broken.length);
      broken[index] = (broken[index] ?? 0) ^ (1 + random.below(255));
      assert.equal(decodeFrame(broken, crc32).kind, 'refusal');
      assert.equal(decodeFrame(bytes.subarray(0, random.below(bytes.length)), crc32).kind, 'refusal');
    }
    assert.equal(decodeFrame(Uint8Array.from([...bytes, 0]), crc32).kind, 'refusal');
  }
});

test('arbitrary bytes under a right checksum are refused or read, never thrown at', () => {
  const random = new Random(seed);
  for (let round = 0; round < 20_000; round++) {
    const body = random.bytes(1 + random.below(80));
    body[0] = random.pick([1, 2, 3, 8, 20, 21, 22, 23, 24, 25, 26, 27, 40, 41, 43, 60, 71, 72, 73, random.below(256)]);
    const frame = decodeFrame(sealed(body), crc32);
    if (frame.kind === 'refusal') assert.equal(typeof frame.reason, 'string');
    else assert.deepEqual(decodeFrame(encodeFrame(frame, crc32), crc32).kind, frame.kind, `PODLOOP_SEED=${seed}`);
  }
});

test('mutated real frames under a right checksum never name a path outside the root', () => {
  const random = new Random(seed);
  for (let round = 0; round < 300; round++) {
    for (const frame of randomFrames(random)) {
      const body = encodeFrame(frame, crc32).slice(0, -4);
      for (let count = 0; count < 3; count++)
        body[random.below(body.length)] = random.pick([0x2e, 0x2f, 0, 0xff, random.below(256)]);
      const read = decodeFrame(sealed(body), crc32);
      if ('path' in read) assert.ok(isInside(read.path), JSON.stringify(read.path));
      if (read.kind === 'move') assert.ok(isInside(read.from));
    }
  }
});

test('what is not allowed is refused by name', () => {
  const put: Put = {
    kind: 'put',
    sequence: 1,
    batched: false,
    path: at('a'),
    base: { kind: 'absent' },
    hash: hashOf('0'),
    executable: 'no',
    content: { kind: 'whole', bytes: new Uint8Array(maxInlineBytes) },
  };
  assert.equal(decodeFrame(encodeFrame(put, crc32), crc32).kind, 'put');
  const carrying = (content: Content): string => reasonOf(encodeFrame({ ...put, content }, crc32));
  assert.match(carrying({ kind: 'whole', bytes: new Uint8Array(maxInlineBytes + 1) }), /at most/);
  const step = { offset: 0, length: maxInlineBytes, bytes: new Uint8Array() };
  const delta = { kind: 'delta', source: undefined, sourceSize: maxInlineBytes } as const;
  assert.match(carrying({ ...delta, steps: [step, step] }), /makes more than/);
  assert.match(carrying({ ...delta, steps: [{ ...step, offset: 1 }] }), /at most/);
  assert.match(carrying({ ...delta, sourceSize: maxInlineBytes + 1, steps: [] }), /at most/);
  const nothing = { ...step, length: 0 };
  assert.match(carrying({ ...delta, steps: Array.from({ length: maxDeltaSteps + 1 }, () => nothing) }), /at most/);
  assert.match(reasonOf(new Uint8Array(maxFrameBytes + 1)), /longer than/);
  assert.match(reasonOf(sealed(Uint8Array.of(99))), /unknown kind 99/);
  assert.match(reasonOf(sealed(Uint8Array.of(7, 0x81, 0x00))), /shortest form/);
  for (const path of ['/a', 'a/../b', './a', 'a//b', 'a/', 'a\0b', '', 'x'.repeat(256), 'a/'.repeat(3000)]) {
    const bytes = encodeFrame({ ...put, path: path as typeof put.path }, crc32);
    assert.match(reasonOf(bytes), /path|at most/, JSON.stringify(path.slice(0, 20)));
  }
});

test('a hello of another version tells that version and nothing else', () => {
  const hello: Frame = { kind: 'hello', protocolVersion: 7, productVersion: '9.9.9', workspaceId: 'w', sessionId: 's' };
  const read = decodeFrame(encodeFrame(hello, crc32), crc32);
  assert.deepEqual(read, { ...hello, workspaceId: '', sessionId: '' });
});

test('a pack gives back its frames, and a broken one is refused', () => {
  const frames = randomFrames(new Random(seed)).map((frame) => encodeFrame(frame, crc32));
  const joined = joinFrames(frames);
  const parts = splitFrames(joined);
  assert.ok(!('kind' in parts));
  assert.deepEqual(
    parts.map((part) => [...part]),
    frames.map((frame) => [...frame]),
  );
  assert.ok('kind' in splitFrames(joined.subarray(0, joined.length - 1)));
});

function sealed(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 4);
  bytes.set(body);
  new DataView(bytes.buffer).setUint32(body.length, crc32(body), true);
  return bytes;
}

function reasonOf(bytes: Uint8Array): string {
  const frame = decodeFrame(bytes, crc32);
  assert.ok(frame.kind === 'refusal');
  return frame.reason;
}

function isInside(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..') && !path.includes('\0');
}

function hashOf(digit: string): Extract<Frame, { kind: 'put' }>['hash'] {
  return digit.repeat(64) as Extract<Frame, { kind: 'put' }>['hash'];
}

/** Views and their own buffers count as equal. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}
