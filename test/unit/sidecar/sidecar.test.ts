import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { contentHash } from '../../../src/protocol/contentHash.ts';
import { encodeFrame } from '../../../src/protocol/codec.ts';
import type { Content, Frame, OperationFrame, Put } from '../../../src/protocol/frame.ts';
import { protocolVersion } from '../../../src/protocol/limits.ts';
import { closeCodes } from '../../../src/sync/link/closeCodes.ts';
import { at, randomFrames } from '../protocol/frames.ts';
import { Random, seedOfRun } from '../sync/random.ts';
import { SidecarProcess } from '../sync/sidecarProcess.ts';
import { readTree } from '../sync/tree.ts';
import { RawClient } from './rawClient.ts';

const seed = seedOfRun();

suite('sidecar', () => {
  const base = mkdtempSync(path.join(tmpdir(), 'podloop-sidecar-'));
  const volume = path.join(base, 'volume');
  const files = path.join(volume, 'files');
  let sidecar: SidecarProcess;
  before(async () => {
    sidecar = await SidecarProcess.start(volume);
  });
  after(async () => {
    await sidecar.stop();
    rmSync(base, { recursive: true, force: true });
  });

  test('a wrong token and a plain request get nowhere', async () => {
    await assert.rejects(RawClient.connect(sidecar.port, 'guess'), /status 401/);
    await assert.rejects(RawClient.connect(sidecar.port, ''), /status 401/);
    const response = await fetch(`http://127.0.0.1:${sidecar.port}/`);
    assert.equal(response.status, 426);
  });

  test('a client of another version is refused by name', async () => {
    const client = await RawClient.connect(sidecar.port);
    client.say({ kind: 'hello', protocolVersion: 99, productVersion: '9.9.9', workspaceId: '', sessionId: '' });
    const refused = await client.hear('refused');
    assert.equal(refused.reason, 'version');
    assert.match(refused.message, /99/);
    assert.equal((await client.ended()).code, closeCodes.refused);
  });

  test('one workspace writes at a time, its newest connection wins', async () => {
    const first = await RawClient.greeted(sidecar.port, 'one');
    const other = await RawClient.connect(sidecar.port);
    other.say({ kind: 'hello', protocolVersion, productVersion: '0', workspaceId: 'two', sessionId: 's' });
    assert.equal((await other.hear('refused')).reason, 'busy');
    const second = await RawClient.greeted(sidecar.port, 'one');
    assert.equal((await first.ended()).code, closeCodes.superseded);
    second.close();
    await second.ended();
    (await greetedSoon(sidecar.port, 'two')).close();
  });

  test('an engine whose own connections cross is not told that another window took over', async () => {
    const first = await RawClient.greeted(sidecar.port, 'one', 'session');
    const second = await RawClient.greeted(sidecar.port, 'one', 'session');
    assert.equal((await first.ended()).code, closeCodes.failed);
    second.close();
    await second.ended();
  });

  test('an operation is applied once however often it comes, and its base counts', async () => {
    const client = await greetedSoon(sidecar.port, 'raw');
    client.say(put(1, 'f', 'one'), put(2, 'f', 'one'));
    await flushed(client);
    assert.equal(readFileSync(path.join(files, 'f'), 'utf8'), 'one');
    client.say(put(3, 'f', 'two'));
    const nack = await client.hear('nack');
    assert.equal(nack.reason, 'base');
    assert.ok(nack.current?.kind === 'file' && nack.current.hash === sha('one'));
    assert.equal(readFileSync(path.join(files, 'f'), 'utf8'), 'one');
    client.say({ ...put(4, 'f', 'two'), base: nack.current });
    await flushed(client);
    assert.equal(readFileSync(path.join(files, 'f'), 'utf8'), 'two');
    client.close();
  });

  test('content that does not have its hash is never visible', async () => {
    const client = await greetedSoon(sidecar.port, 'raw');
    client.say({ ...put(1, 'wrong', 'content'), hash: sha('other') });
    assert.equal((await client.hear('nack')).reason, 'content');
    client.say(
      { kind: 'begin', transfer: 1, size: 7, allocated: 7, source: undefined, key: undefined },
      { kind: 'chunk', transfer: 1, data: Buffer.from('content') },
      { kind: 'commit', ...head(2, 'wrong'), transfer: 1, hash: sha('contenT'), size: 7, executable: 'no' },
    );
    assert.equal((await client.hear('nack')).reason, 'content');
    assert.ok(!existsSync(path.join(files, 'wrong')));
    client.close();
  });

  test('ranges are copied of files inside the volume only, and never more than was announced', async () => {
    const outside = path.join(base, 'secret');
    writeFileSync(outside, 'untouched');
    symlinkSync(outside, path.join(files, 'link'));
    const client = await greetedSoon(sidecar.port, 'raw');
    client.say(put(1, 'own', 'untouched'));
    const copies: [string, number, number][] = [
      ['link', 9, 9],
      ['own', 9, 10],
      ['own', 8, 8],
      ['none', 9, 9],
      ['own/below', 9, 9],
    ];
    for (const [index, [from, size, length]] of copies.entries()) {
      const transfer = index + 1;
      client.say(
        { kind: 'begin', transfer, size: 9, allocated: 9, source: { path: at(from), size }, key: undefined },
        { kind: 'copy', transfer, from: 'source', ranges: [{ offset: 0, length }] },
      );
      assert.equal((await client.hear('halt')).reason, 'content', from);
      client.say({ kind: 'copy', transfer, from: 'zeros', ranges: [{ offset: 0, length: 1 }] });
      client.say({ kind: 'discard', transfer });
    }
    client.say(
      { kind: 'begin', transfer: 9, size: 12, allocated: 12, source: { path: at('own'), size: 9 }, key: undefined },
      { kind: 'copy', transfer: 9, from: 'source', ranges: [{ offset: 2, length: 7 }] },
      { kind: 'copy', transfer: 9, from: 'zeros', ranges: [{ offset: 0, length: 3 }] },
      { kind: 'chunk', transfer: 9, data: Buffer.from('un') },
      { kind: 'commit', ...head(2, 'made'), transfer: 9, hash: sha('touched\0\0\0un'), size: 12, executable: 'no' },
    );
    await flushed(client);
    assert.equal(readFileSync(path.join(files, 'made'), 'utf8'), 'touched\0\0\0un');
    client.close();
    rmSync(path.join(files, 'link'));
  });

  test('a batch is visible when it ends, or not at all', async () => {
    const client = await greetedSoon(sidecar.port, 'raw');
    const batched = [put(1, 'b1', 'x'), put(2, 'b2', 'y')].map((frame) => ({ ...frame, batched: true }));
    client.say({ kind: 'batchBegin' }, ...batched, { kind: 'ping', id: 1 });
    await client.hear('pong');
    assert.ok(!existsSync(path.join(files, 'b1')));
    client.say({ kind: 'batchEnd' });
    await flushed(client);
    assert.equal(readFileSync(path.join(files, 'b2'), 'utf8'), 'y');
    client.say({ kind: 'batchBegin' }, { ...put(3, 'b3', 'z'), batched: true }, { kind: 'ping', id: 2 });
    await client.hear('pong');
    client.close();
    await client.ended();
    const next = await greetedSoon(sidecar.port, 'raw');
    await flushed(next);
    assert.ok(!existsSync(path.join(files, 'b3')));
    next.close();
  });

  test('nothing outside the volume is reached through links of the pod', async () => {
    const outside = path.join(base, 'outside');
    mkdirSync(path.join(outside, 'sub'), { recursive: true });
    writeFileSync(path.join(outside, 'victim'), 'untouched');
    symlinkSync(outside, path.join(files, 'door'));
    symlinkSync(path.join(outside, 'victim'), path.join(files, 'victim'));
    const client = await greetedSoon(sidecar.port, 'raw');
    client.say(
      put(1, 'door/new', 'x'),
      { ...put(2, 'door/victim', 'x'), base: { kind: 'any' } },
      { kind: 'delete', ...head(3, 'door/victim'), base: { kind: 'any' } },
      { kind: 'makeFolder', ...head(4, 'door/folder') },
      { kind: 'makeLink', ...head(5, 'leak'), target: '../../etc' },
      {
        kind: 'setExecutable',
        ...head(6, 'victim'),
        base: { kind: 'file', hash: sha('untouched'), size: 9, executable: 'no' },
        executable: 'yes',
      },
      copied(7, 'stolen-1', 'door/victim', 'untouched'),
      copied(8, 'stolen-2', 'victim', 'untouched'),
      { ...put(9, 'victim', 'mine'), base: { kind: 'any' } },
    );
    await flushed(client);
    assert.deepEqual([...readTree(outside).keys()], ['sub', 'victim']);
    assert.equal(readFileSync(path.join(outside, 'victim'), 'utf8'), 'untouched');
    assert.equal(lstatSync(path.join(outside, 'victim')).mode & 0o111, 0);
    assert.equal(readFileSync(path.join(files, 'victim'), 'utf8'), 'mine', 'the link itself was replaced');
    for (const name of ['leak', 'stolen-1', 'stolen-2']) assert.ok(!existsSync(path.join(files, name)), name);
    client.close();
    rmSync(path.join(files, 'door'));
  });

  test('whatever bytes come, the connection ends and nothing is touched', async () => {
    const random = new Random(seed);
    const before = JSON.stringify([...readTree(files)]);
    const hostile: (Uint8Array | string)[] = ['text', new Uint8Array(0), random.bytes(5), random.bytes(5000)];
    const frames = randomFrames(random).map((frame) => encodeFrame(frame, crc32));
    for (const bytes of frames.slice(0, 12)) hostile.push(bytes.subarray(0, random.below(bytes.length)));
    for (const bytes of hostile) {
      const client = await greetedSoon(sidecar.port, 'raw');
      client.sayBytes(bytes);
      assert.equal((await client.ended()).code, closeCodes.malformed, `PODLOOP_SEED=${seed}`);
    }
    const unexpected: Frame[] = [
      { kind: 'welcome', protocolVersion, productVersion: '', volumeId: '', bootId: '', credit: 0 },
      put(2, 'gap', 'sequence numbers have no gaps'),
      { ...put(1, 'loose', 'no batch is open'), batched: true },
      { kind: 'batchEnd' },
      { kind: 'need', folders: [] },
    ];
    for (const frame of unexpected) {
      const client = await greetedSoon(sidecar.port, 'raw');
      client.say(frame);
      assert.equal((await client.ended()).code, closeCodes.malformed, frame.kind);
    }
    assert.equal(JSON.stringify([...readTree(files)]), before);
  });

  test('a message beyond the limit ends the connection', async () => {
    const client = await greetedSoon(sidecar.port, 'raw');
    client.sayBytes(new Uint8Array(2 * 1024 * 1024));
    assert.equal((await client.ended()).code, 1009);
  });

  test('it ends at once and cleanly on SIGTERM', async () => {
    const own = await SidecarProcess.start(path.join(base, 'other'));
    const client = await RawClient.greeted(own.port);
    const start = performance.now();
    await own.stop('SIGTERM');
    assert.ok(performance.now() - start < 2000);
    await client.ended();
  });
});

test('a sidecar that is not told what it needs says what is missing', () => {
  const main = path.join(import.meta.dirname, '../../../src/sidecar/main.ts');
  for (const [env, wanted] of [
    [{}, /PODLOOP_PORT is not set/],
    [{ PODLOOP_PORT: '99999' }, /not a port number/],
    [{ PODLOOP_PORT: '0', PODLOOP_TOKEN_SHA256: 'abc' }, /not 64 hexadecimal digits/],
  ] as const) {
    const ended = spawnSync(process.execPath, [main], { env: { ...env, PATH: process.env.PATH }, encoding: 'utf8' });
    assert.equal(ended.status, 1);
    assert.match(ended.stdout, wanted);
  }
});

function sha(text: string): ReturnType<typeof contentHash> {
  return contentHash(createHash('sha256').update(text).digest('hex'));
}

function head(sequence: number, path: string): Pick<OperationFrame, 'sequence' | 'batched' | 'path' | 'base'> {
  return { sequence, batched: false, path: at(path), base: { kind: 'absent' } };
}

function put(sequence: number, path: string, content: string): Put {
  return {
    kind: 'put',
    ...head(sequence, path),
    hash: sha(content),
    executable: 'no',
    content: { kind: 'whole', bytes: Buffer.from(content) },
  };
}

/** Makes a path a copy of another one that has this content. */
function copied(sequence: number, path: string, from: string, content: string): Put {
  const steps = [{ offset: 0, length: content.length, bytes: new Uint8Array() }];
  const delta: Content = { kind: 'delta', source: at(from), sourceSize: content.length, steps };
  return { ...put(sequence, path, content), content: delta };
}

async function flushed(client: RawClient): Promise<void> {
  client.say({ kind: 'flush', id: 7 });
  await client.hear('flushed');
}

/** Connects as soon as the connection before is gone. */
async function greetedSoon(port: number, workspaceId: string): Promise<RawClient> {
  for (let attempt = 0; ; attempt++) {
    const client = await RawClient.connect(port);
    client.say({ kind: 'hello', protocolVersion, productVersion: '0', workspaceId, sessionId: 's' });
    try {
      await client.hear('welcome');
      return client;
    } catch (error) {
      if (attempt > 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
