import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Rules } from '../../../src/protocol/frame.ts';
import { maxOfferedBytes } from '../../../src/protocol/limits.ts';
import { closeCodes } from '../../../src/sync/link/closeCodes.ts';
import { hashBytesOf } from '../../../src/sync/replica/readFile.ts';
import { at } from '../protocol/frames.ts';
import { SidecarProcess } from '../sync/sidecarProcess.ts';
import { RawClient } from './rawClient.ts';

const rules: Rules = { kind: 'rules', watch: 'all', content: true, pull: [], ignore: ['*.log'], credit: 1 << 23 };

suite('what a sidecar tells of its volume', () => {
  const base = mkdtempSync(path.join(tmpdir(), 'podloop-offers-'));
  let sidecar: SidecarProcess;
  let workspaces = 0;

  before(async () => {
    sidecar = await SidecarProcess.start(base);
  });
  after(async () => {
    await sidecar.stop();
    rmSync(base, { recursive: true });
  });

  /** A client of its own workspace, over a volume that holds nothing but what `prepare` writes. */
  async function watching(own: Partial<Rules>, prepare: () => void = () => {}): Promise<RawClient> {
    rmSync(path.join(base, 'files'), { recursive: true });
    mkdirSync(path.join(base, 'files'));
    prepare();
    const client = await RawClient.greeted(sidecar.port, `workspace ${++workspaces}`);
    client.say({ ...rules, ...own }, { kind: 'listDigests', everything: false });
    await client.hear('digests');
    return client;
  }

  function write(name: string, content: string | Uint8Array): void {
    writeFileSync(path.join(base, 'files', name), content);
  }

  test('it offers what changes, with the content of short files, and nothing that is ignored', async () => {
    const client = await watching({});
    write('noise.log', 'x');
    write('a.txt', 'one');
    const first = await client.hear('offer');
    assert.deepEqual([first.path, Buffer.from(first.body ?? []).toString()], ['a.txt', 'one']);
    const long = Buffer.alloc(maxOfferedBytes + 1, 'long ');
    write('long.bin', long);
    let offer = await client.hear('offer');
    while (offer.current.kind !== 'file' || offer.current.size < long.length) offer = await client.hear('offer');
    assert.equal(offer.body, undefined);
    assert.equal(offer.current.hash, hashBytesOf(long));
    rmSync(path.join(base, 'files/a.txt'));
    const gone = await client.hear('offer');
    assert.deepEqual([gone.path, gone.current.kind], ['a.txt', 'absent']);
    client.close();
    await client.ended();
  });

  test('it offers only what is named where only that is wanted', async () => {
    const client = await watching({ watch: 'pull', content: false, pull: ['*.lock'] });
    write('other.txt', 'x');
    write('deps.lock', 'x');
    assert.equal((await client.hear('offer')).path, 'deps.lock');
    client.close();
    await client.ended();
  });

  test('what a client put there is no news to it', async () => {
    const client = await watching({});
    const bytes = Buffer.from('mine');
    const head = { sequence: 1, batched: false, path: at('mine.txt'), base: { kind: 'absent' } } as const;
    const content = { kind: 'whole', bytes } as const;
    client.say({ kind: 'put', ...head, hash: hashBytesOf(bytes), executable: 'no', content });
    await client.hear('ack');
    write('later.txt', 'x');
    assert.equal((await client.hear('offer')).path, 'later.txt', 'and not mine.txt');
    client.close();
    await client.ended();
  });

  test('it lists everything that is not ignored, and hands out what is asked for', async () => {
    const client = await watching({}, () => {
      write('own.txt', 'from the image');
      symlinkSync('own.txt', path.join(base, 'files/link'));
    });
    client.say({ kind: 'need', folders: [at('')] });
    const { entries } = await client.hear('listing');
    assert.deepEqual(entries.map(({ name, put }) => [name, put]).sort(), [
      ['link', undefined],
      ['own.txt', undefined],
    ]);
    const hash = hashBytesOf(Buffer.from('from the image'));
    client.say({ kind: 'fetch', id: 7, from: { kind: 'live', path: at('own.txt'), hash } });
    assert.equal(Buffer.from((await client.hear('chunk')).data).toString(), 'from the image');
    const fetched = await client.hear('fetched');
    assert.ok(fetched.id === 7 && fetched.state.kind === 'file' && fetched.state.hash === hash);
    write('own.txt', 'another');
    client.say({ kind: 'fetch', id: 8, from: { kind: 'live', path: at('own.txt'), hash } });
    assert.equal((await client.hear('unfetched')).id, 8);
    client.say({ kind: 'fetch', id: 9, from: { kind: 'live', path: at('nowhere'), hash } });
    assert.equal((await client.hear('unfetched')).id, 9);
    client.close();
    await client.ended();
  });

  test('it lists what was replaced and deleted, and hands that out too', async () => {
    const client = await watching({ watch: 'nothing' }, () => {
      write('own.txt', 'by the pod');
    });
    const bytes = Buffer.from('by the client');
    const operation = { batched: false, path: at('own.txt'), base: { kind: 'any' } } as const;
    const content = { kind: 'whole', bytes } as const;
    client.say({ kind: 'put', sequence: 1, ...operation, hash: hashBytesOf(bytes), executable: 'no', content });
    client.say({ kind: 'delete', sequence: 2, ...operation });
    client.say({ kind: 'flush', id: 1 });
    await client.hear('flushed');
    client.say({ kind: 'listKept' });
    const { items } = await client.hear('kept');
    assert.deepEqual(items.map(({ path, why, bytes }) => [path, why, bytes]).sort(), [
      ['own.txt', 'deleted', 13],
      ['own.txt', 'rescued', 10],
    ]);
    const rescued = items.find(({ why }) => why === 'rescued');
    client.say({ kind: 'fetch', id: 1, from: { kind: 'kept', item: rescued?.id ?? '' } });
    assert.equal(Buffer.from((await client.hear('chunk')).data).toString(), 'by the pod');
    client.say({ kind: 'fetch', id: 2, from: { kind: 'kept', item: '../journal' } });
    assert.match((await client.hear('unfetched')).message, /not there/);
    client.close();
    await client.ended();
  });

  test('a missing tree is no deletion', async () => {
    const client = await watching({}, () => {
      write('own.txt', 'x');
    });
    renameSync(path.join(base, 'files'), path.join(base, 'away'));
    client.say({ kind: 'ping', id: 1 });
    await client.hear('pong');
    renameSync(path.join(base, 'away'), path.join(base, 'files'));
    write('b.txt', 'x');
    assert.equal((await client.hear('offer')).path, 'b.txt');
    client.close();
    await client.ended();
  });

  test('rules given twice and requests without end are refused', async () => {
    const twice = await watching({});
    twice.say(rules);
    assert.equal((await twice.ended()).code, closeCodes.malformed);
    const greedy = await watching({ credit: 0 });
    const from = { kind: 'live', path: at('x'), hash: hashBytesOf(Buffer.from('')) } as const;
    for (let id = 0; id < 1100; id++) greedy.say({ kind: 'fetch', id, from });
    assert.equal((await greedy.ended()).code, closeCodes.malformed);
  });
});
