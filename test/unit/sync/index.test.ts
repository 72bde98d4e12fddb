import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentHash } from '../../../src/protocol/contentHash.ts';
import type { FileState, PathState } from '../../../src/protocol/pathState.ts';
import type { HashedFile } from '../../../src/sync/core/fingerprint.ts';
import { HashCache } from '../../../src/sync/core/hashCache.ts';
import { Ledger, type LedgerEntry } from '../../../src/sync/core/ledger.ts';
import { LocalTree, type TreeEntry } from '../../../src/sync/core/localTree.ts';
import { noPath, PathTable } from '../../../src/sync/core/pathTable.ts';
import { settledTrack, type Track } from '../../../src/sync/core/track.ts';
import { TrackTable } from '../../../src/sync/core/trackTable.ts';
import { at } from '../protocol/frames.ts';
import { Random, seedOfRun } from './random.ts';

const rounds = Number(process.env.PODLOOP_ROUNDS ?? 5000);
const seed = seedOfRun();

test('a path has a number for as long as it, or one below it, is retained', () => {
  const random = new Random(seed);
  const table = new PathTable();
  const retained = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    const path = at(somePath(random));
    if (random.chance(0.6)) {
      table.retain(table.number(path));
      retained.set(path, (retained.get(path) ?? 0) + 1);
    } else if (retained.has(path)) {
      table.release(table.find(path));
      const left = (retained.get(path) ?? 0) - 1;
      if (left === 0) retained.delete(path);
      else retained.set(path, left);
    }
    if (round % 500 !== 499) continue;
    const numbers = new Set<number>();
    for (const path of retained.keys()) {
      const number = table.find(at(path));
      assert.notEqual(number, noPath, `PODLOOP_SEED=${seed}: ${path}`);
      assert.equal(table.path(number), path);
      numbers.add(number);
      const children = [...table.children(number)].map((child) => table.path(child));
      const wanted = [...retained.keys()].filter((other) => other.startsWith(`${path}/`));
      assert.deepEqual(new Set(children), new Set(wanted.map((other) => childOf(path, other))));
    }
    assert.equal(numbers.size, retained.size);
    const prefixes = new Set([...retained.keys()].flatMap(prefixesOf));
    assert.ok(!prefixes.has('z'));
    assert.equal(table.find(at('z')), noPath);
    for (let number = 1; number < table.end; number++) {
      if (table.name(number) !== '')
        assert.ok(prefixes.has(table.path(number)), `PODLOOP_SEED=${seed}: a number leaks`);
    }
  }
});

test('what is known of paths is kept as in a map', () => {
  const random = new Random(seed);
  const paths = new PathTable();
  const [tree, hashes, ledger] = [new LocalTree(paths), new HashCache(paths), new Ledger(paths)];
  const entries = new Map<string, TreeEntry>();
  const files = new Map<string, HashedFile>();
  const puts = new Map<string, LedgerEntry>();
  for (let round = 0; round < rounds; round++) {
    const path = at(somePath(random));
    switch (random.below(7)) {
      case 0:
        setWithFolders(path, someEntry(random), tree, entries);
        break;
      case 1:
        for (const gone of tree.remove(path)) assert.ok(entries.delete(gone), `PODLOOP_SEED=${seed}`);
        assert.ok(![...entries.keys()].some((other) => other === path || other.startsWith(`${path}/`)));
        break;
      case 2: {
        const file = someFile(random);
        hashes.set(path, file);
        files.set(path, file);
        break;
      }
      case 3:
        hashes.delete(path);
        files.delete(path);
        break;
      case 4: {
        const put = someState(random);
        ledger.settle(path, put, 'us');
        puts.set(path, { put, owner: 'us', earlier: [], settled: true });
        break;
      }
      case 5: {
        const [before, put] = [puts.get(path), someState(random)];
        ledger.intend(path, put, 'them');
        const earlier = before === undefined ? [] : [...before.earlier, before.put];
        puts.set(path, { put, owner: 'them', earlier, settled: false });
        break;
      }
      default:
        ledger.delete(path);
        puts.delete(path);
    }
    assert.deepEqual(tree.get(path), entries.get(path));
    assert.deepEqual(ledger.get(path), puts.get(path));
  }
  assert.deepEqual(new Map(tree.entries()), entries);
  assert.deepEqual(new Map(hashes.entries()), files);
  assert.deepEqual(new Map(ledger.entries()), puts);
  assert.deepEqual([tree.size, hashes.size, ledger.size], [entries.size, files.size, puts.size]);
  hashes.takeUnsaved();
  tree.clear();
  for (const path of files.keys()) hashes.delete(at(path));
  for (const path of puts.keys()) ledger.delete(at(path));
  hashes.takeUnsaved();
  for (let number = 1; number < paths.end; number++) assert.equal(paths.name(number), '', `PODLOOP_SEED=${seed}`);
});

test('a hash is known only under its own fingerprint', () => {
  const hashes = new HashCache();
  const file = someFile(new Random(1));
  hashes.set(at('a/b'), file);
  assert.equal(hashes.find(at('a/b'), file.fingerprint), file.hash);
  for (const change of [{ size: 7 }, { mtimeNs: 7n }, { ctimeNs: 7n }, { inode: 7n }]) {
    assert.equal(hashes.find(at('a/b'), { ...file.fingerprint, ...change }), undefined);
  }
  assert.equal(hashes.find(at('a'), file.fingerprint), undefined);
  const huge = { ...file, fingerprint: { ...file.fingerprint, inode: 2n ** 64n - 3n } };
  hashes.set(at('a/b'), huge);
  assert.equal(hashes.find(at('a/b'), huge.fingerprint), file.hash, 'Windows has such numbers');
  const young = { ...file, hashedAt: Number(file.fingerprint.mtimeNs / 1_000_000n) + 1 };
  hashes.set(at('a/b'), young);
  assert.equal(hashes.find(at('a/b'), file.fingerprint), undefined);
  assert.equal(hashes.findLikely(at('a/b'), file.fingerprint), file.hash);
});

test('what is known of the other side is kept as in a map, and found by content', () => {
  const random = new Random(seed);
  const tracks = new TrackTable(new PathTable());
  const model = new Map<string, Track>();
  const hashes = Array.from({ length: 5 }, () => someHash(random));
  const state = (): PathState =>
    random.chance(0.6)
      ? {
          kind: 'file',
          hash: random.pick(hashes),
          size: random.pick([5, 400_000]),
          executable: random.pick(['yes', 'no']),
        }
      : someState(random);
  for (let round = 0; round < rounds; round++) {
    const path = at(somePath(random));
    const current = state();
    const put = random.chance(0.2) ? undefined : random.pick([current, { ...current }, state()]);
    const settled = settledTrack(current, put);
    const track = random.chance(0.7) ? settled : { ...settled, inFlight: 2, expected: state() };
    if (random.chance(0.7)) {
      tracks.set(path, track);
      model.set(path, track);
    } else {
      tracks.delete(path);
      model.delete(path);
    }
    assert.deepEqual(tracks.get(path), model.get(path));
    if (round % 100 !== 99) continue;
    assert.deepEqual(new Map(tracks.entries()), model);
    const holding = (hash: string): Set<string> =>
      new Set(
        [...model]
          .filter(
            ([
              ,
              {
                current: { kind, ...rest },
              },
            ]) => kind === 'file' && 'hash' in rest && rest.hash === hash,
          )
          .map(([at]) => at),
      );
    for (const hash of hashes) assert.deepEqual(new Set(tracks.holding(hash)), holding(hash), `PODLOOP_SEED=${seed}`);
    assert.equal(
      tracks.hasLong(400_000),
      [...model.values()].some(({ current }) => current.kind === 'file' && current.size > 5),
    );
    assert.deepEqual(
      new Set([...tracks.unsettled()].map(([at]) => at)),
      new Set([...model].filter(([, { inFlight }]) => inFlight > 0).map(([at]) => at)),
    );
    const folder = at(parentOf(somePath(random)));
    const children = [...model]
      .filter(([at]) => at.includes('/') && parentOf(at) === folder)
      .map(([at, track]) => [at.slice(folder.length + 1), track]);
    if (folder !== '') assert.deepEqual(new Map([...tracks.children(folder)]), new Map(children as [string, Track][]));
    assert.deepEqual(tracks.folders(), new Set([...model.keys()].map(parentOf)));
  }
});

function parentOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** Few names, so that paths meet; one is long enough for the engine of the language to treat slices of it specially. */
function somePath(random: Random): string {
  const names = ['a', 'b', 'ä 𝄞', 'c.txt', 'a-rather-long-name-of-a-module.test.ts', 'toString', '__proto__'];
  return Array.from({ length: 1 + random.below(4) }, () => random.pick(names)).join('/');
}

function prefixesOf(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function childOf(folder: string, path: string): string {
  const end = path.indexOf('/', folder.length + 1);
  return end < 0 ? path : path.slice(0, end);
}

function setWithFolders(path: string, entry: TreeEntry, tree: LocalTree, entries: Map<string, TreeEntry>): void {
  for (const prefix of prefixesOf(path)) {
    const one: TreeEntry = prefix === path ? entry : { kind: 'folder', identity: { inode: 5n, bornNs: 6n } };
    if (prefix !== path && entries.get(prefix)?.kind === 'folder') continue;
    if (entries.get(prefix)?.kind !== one.kind) for (const gone of tree.remove(at(prefix))) entries.delete(gone);
    tree.set(at(prefix), one);
    entries.set(prefix, one);
    assert.ok(tree.holds(at(prefix), one));
  }
}

function someEntry(random: Random): TreeEntry {
  const kind = random.below(3);
  if (kind === 0) return { kind: 'folder', identity: { inode: BigInt(random.below(9)), bornNs: 3n } };
  if (kind === 1) return { kind: 'link', target: `to ${random.below(9)}` };
  return { kind: 'file', fingerprint: someFile(random).fingerprint, executable: random.pick(['yes', 'no', 'keep']) };
}

function someFile(random: Random): HashedFile {
  const fingerprint = {
    mtimeNs: BigInt(random.below(2 ** 31)) * 1_000_003n,
    ctimeNs: 12n,
    inode: BigInt(random.below(2 ** 31)) * 2n ** 30n,
    size: random.below(2 ** 31) * 1000,
  };
  return { fingerprint, hash: someHash(random), hashedAt: 2e12 };
}

function someState(random: Random): PathState {
  const file: FileState = { kind: 'file', hash: someHash(random), size: random.below(99), executable: 'yes' };
  return random.pick<PathState>([{ kind: 'absent' }, { kind: 'folder' }, { kind: 'link', target: 'x' }, file]);
}

function someHash(random: Random): FileState['hash'] {
  return contentHash(Array.from({ length: 64 }, () => random.below(16).toString(16)).join(''));
}
