import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { silentLog } from '../../../src/base/log.ts';
import { rootSyncPath } from '../../../src/base/paths.ts';
import type { OperationFrame } from '../../../src/protocol/frame.ts';
import { absent, type FileState } from '../../../src/protocol/pathState.ts';
import type { Outcome } from '../../../src/sync/replica/applier.ts';
import { bytesOf } from '../../../src/sync/replica/contentOfPut.ts';
import { ConfinedFolder, NoSuchParent } from '../../../src/sync/replica/confinedFolder.ts';
import { Inventory } from '../../../src/sync/replica/inventory.ts';
import { hashBytesOf } from '../../../src/sync/replica/readFile.ts';
import { Replica } from '../../../src/sync/replica/replica.ts';
import { runToEnd } from '../../../src/sync/replica/slices.ts';
import { Trash } from '../../../src/sync/replica/trash.ts';
import { VirtualScheduler } from '../../fakes/virtualScheduler.ts';
import { at } from '../protocol/frames.ts';

const owner = 'workspace';

suite('a replica', () => {
  inFolder('applies each kind of operation, and each a second time without effect', (folder) => {
    const disk = new Disk(folder);
    const run = { ...disk.state('run'), executable: 'yes' } as const;
    for (let time = 0; time < 2; time++) {
      disk.applied({ kind: 'makeFolder', ...head('d') });
      disk.put('d/a', 'one');
      disk.put('d/a', 'two', disk.state('one'));
      disk.applied({ kind: 'makeLink', ...head('d/l'), target: 'a' });
      disk.put('run', 'run');
      disk.applied({ kind: 'setExecutable', ...head('run'), base: disk.state('run'), executable: 'yes' });
      disk.applied({ kind: 'move', ...head('d/b'), from: at('run'), fromState: run, exchange: false });
      disk.applied({ kind: 'delete', ...head('d/l'), base: { kind: 'link', target: 'a' } });
      if (time === 0) assert.deepEqual(readdirSync(disk.files), ['d']);
      rmSync(path.join(disk.files, 'd'), { recursive: true });
    }
  });

  inFolder('keeps what a replaced file had: permissions and its own hard links', (folder) => {
    const disk = new Disk(folder);
    disk.put('a', 'one');
    chmodSync(path.join(disk.files, 'a'), 0o440);
    linkSync(path.join(disk.files, 'a'), path.join(disk.files, 'other-name'));
    disk.put('a', 'two', disk.state('one'));
    assert.equal(lstatSync(path.join(disk.files, 'a')).mode & 0o777, 0o440);
    assert.equal(readFileSync(path.join(disk.files, 'other-name'), 'utf8'), 'one');
  });

  inFolder('never loses what was written between check and change', (folder) => {
    const disk = new Disk(folder);
    disk.put('a', 'one');
    writeFileSync(path.join(disk.files, 'a'), 'by the pod');
    const refused = disk.apply(disk.putFrame('a', 'two', disk.state('one')));
    assert.ok(refused.kind === 'refused' && refused.reason === 'base' && refused.current?.kind === 'file');
    disk.put('a', 'two', refused.current);
    assert.deepEqual(disk.kept('rescued'), ['by the pod']);
    assert.deepEqual(disk.kept('trash'), []);
    disk.applied({ kind: 'delete', ...head('a'), base: disk.state('two') });
    assert.deepEqual(disk.kept('trash'), ['two']);
  });

  inFolder('remembers what it put, also when it died between recording and doing', (folder) => {
    const disk = new Disk(folder);
    disk.put('a', 'one');
    disk.put('b', 'one');
    disk.replica.state.intend(at('a'), disk.state('two'), owner);
    disk.replica.state.intend(at('b'), disk.state('two'), owner);
    writeFileSync(path.join(disk.files, 'b'), 'two');
    disk.reopen();
    assert.deepEqual(disk.listed(), [
      ['a', 'one', 'one'],
      ['b', 'two', 'two'],
    ]);
  });

  inFolder('tells apart what the pod changed, deleted, or had before', (folder) => {
    const disk = new Disk(folder);
    for (const name of ['same', 'changed', 'deleted']) disk.put(name, name);
    writeFileSync(path.join(disk.files, 'foreign'), 'x');
    writeFileSync(path.join(disk.files, 'changed'), 'otherwise');
    rmSync(path.join(disk.files, 'deleted'));
    assert.deepEqual(disk.listed(), [
      ['changed', 'changed', 'otherwise'],
      ['deleted', 'deleted', 'absent'],
      ['same', 'same', 'same'],
    ]);
    assert.deepEqual(disk.listed('another workspace'), [
      ['changed', undefined, 'otherwise'],
      ['same', undefined, 'same'],
    ]);
  });

  inFolder('believes nothing of a journal that is damaged, and loses no content by it', (folder) => {
    const disk = new Disk(folder);
    for (let index = 0; index < 20; index++) disk.put(`f${index}`, `content ${index}`);
    disk.replica.close();
    const journal = path.join(folder, 'state/journal');
    const bytes = readFileSync(journal);
    const whole = bytes.length;
    for (const length of [0, 5, 18, 19, Math.floor(whole / 2), whole - 1]) {
      writeFileSync(journal, bytes.subarray(0, length));
      disk.open();
      assert.ok(disk.listed().every(([name, put, now]) => put === now && name.startsWith('f')));
      disk.put('g', 'g', { kind: 'any' });
      disk.replica.close();
    }
    writeFileSync(journal, bytes);
    appendFileSync(journal, Buffer.from([200, 1, 2, 3]));
    disk.open();
    assert.equal(disk.listed().length, 20);
    disk.replica.close();
    const broken = Buffer.from(bytes);
    broken[Math.floor(whole / 6)] = (broken[Math.floor(whole / 6)] ?? 0) ^ 0xff;
    writeFileSync(journal, broken);
    disk.open();
    assert.ok(disk.listed().length < 20, 'nothing after the damage is believed');
    truncateSync(journal, 0);
  });

  inFolder('rewrites its journal when most of it is out of date', (folder) => {
    const disk = new Disk(folder);
    let before = absent as FileState | typeof absent;
    for (let round = 0; round < 9000; round++) {
      const state = disk.state(`round ${round}`);
      disk.replica.state.intend(at('a'), state, owner);
      disk.replica.state.ledger.settle(at('a'), state, owner);
      before = state;
    }
    const journal = path.join(folder, 'state/journal');
    const large = lstatSync(journal).size;
    disk.replica.tidy();
    assert.ok(lstatSync(journal).size < large / 100);
    writeFileSync(path.join(disk.files, 'a'), 'round 8999');
    disk.reopen();
    assert.equal(before.kind, 'file');
    assert.deepEqual(disk.listed(), [['a', 'round 8999', 'round 8999']]);
  });

  inFolder('has the same id for as long as its state lives', (folder) => {
    const disk = new Disk(folder);
    const id = disk.replica.volumeId;
    disk.reopen();
    assert.equal(disk.replica.volumeId, id);
    disk.replica.close();
    rmSync(path.join(folder, 'state'), { recursive: true });
    disk.open();
    assert.notEqual(disk.replica.volumeId, id);
  });
});

suite('a confined folder', () => {
  for (const byDescriptor of process.platform === 'linux' ? [true, false] : [false]) {
    inFolder(`reaches nothing through links (${byDescriptor ? 'by descriptor' : 'by path'})`, (folder) => {
      mkdirSync(path.join(folder, 'root/in'), { recursive: true });
      mkdirSync(path.join(folder, 'outside'));
      symlinkSync('../outside', path.join(folder, 'root/door'));
      writeFileSync(path.join(folder, 'root/file'), '');
      const confined = new ConfinedFolder(path.join(folder, 'root'), byDescriptor);
      writeFileSync(confined.entry(at('in/x')), 'x');
      assert.equal(readFileSync(path.join(folder, 'root/in/x'), 'utf8'), 'x');
      assert.ok(lstatSync(confined.entry(rootSyncPath)).isDirectory());
      for (const way of ['door/x', 'file/x', 'none/x', 'in/none/x']) {
        assert.throws(() => confined.entry(at(way)), NoSuchParent, way);
        confined.release();
      }
    });
  }

  inFolder(
    'is not led away by a folder that is swapped for a link',
    (folder) => {
      mkdirSync(path.join(folder, 'root/in'), { recursive: true });
      mkdirSync(path.join(folder, 'outside'));
      const confined = new ConfinedFolder(path.join(folder, 'root'));
      const place = confined.entry(at('in/x'));
      renameSync(path.join(folder, 'root/in'), path.join(folder, 'root/was-in'));
      symlinkSync('../outside', path.join(folder, 'root/in'));
      writeFileSync(place, 'x');
      confined.release();
      assert.deepEqual(readdirSync(path.join(folder, 'outside')), []);
      assert.deepEqual(readdirSync(path.join(folder, 'root/was-in')), ['x']);
    },
    process.platform !== 'linux',
  );
});

inFolder('a trash keeps the youngest within its limits and remembers where they were', (folder) => {
  const scheduler = new VirtualScheduler();
  const limits = { maxBytes: 1000, maxItems: 5, maxAgeMs: 60_000 };
  const trash = new Trash(path.join(folder, 'trash'), limits, scheduler);
  for (let index = 0; index < 8; index++) {
    const file = path.join(folder, `f${index}`);
    writeFileSync(file, 'x'.repeat(150));
    trash.keep(trash.takeAway(file), at(`dir/f${index}`), 'replaced');
    scheduler.advance(1000);
  }
  trash.drop();
  const names = (): string[] =>
    readFileSync(path.join(folder, 'trash/names.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => String((JSON.parse(line) as { path: unknown }).path));
  assert.equal(readdirSync(path.join(folder, 'trash')).length, 6);
  assert.deepEqual(names().slice(-5), ['dir/f3', 'dir/f4', 'dir/f5', 'dir/f6', 'dir/f7']);
  const again = new Trash(path.join(folder, 'trash'), limits, scheduler);
  assert.deepEqual(names(), ['dir/f3', 'dir/f4', 'dir/f5', 'dir/f6', 'dir/f7']);
  scheduler.advance(57_500);
  again.drop();
  assert.equal(readdirSync(path.join(folder, 'trash')).length, 3);
  assert.ok(again.empty());
  assert.ok(!again.empty());
});

/** A replica on disk and short words for what is done to it. */
class Disk {
  readonly files: string;
  readonly #folder: string;
  #replica: Replica | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.files = path.join(folder, 'files');
    this.open();
  }

  get replica(): Replica {
    assert.ok(this.#replica !== undefined);
    return this.#replica;
  }

  open(): void {
    const scheduler = new VirtualScheduler();
    scheduler.advance(Date.now() - scheduler.now());
    const stateDir = path.join(this.#folder, 'state');
    mkdirSync(this.files, { recursive: true });
    this.#replica = new Replica({ root: this.files, stateDir, keepDir: stateDir }, scheduler, silentLog);
  }

  /** What a process that died leaves, as the next one finds it. */
  reopen(): void {
    this.replica.folder.release();
    this.open();
  }

  state(content: string): FileState {
    return { kind: 'file', hash: hashBytesOf(Buffer.from(content)), size: content.length, executable: 'no' };
  }

  putFrame(name: string, content: string, base: OperationFrame['base'] = absent): OperationFrame {
    const { hash, executable } = this.state(content);
    return {
      kind: 'put',
      ...head(name),
      base,
      hash,
      executable,
      content: { kind: 'whole', bytes: Buffer.from(content) },
    };
  }

  put(name: string, content: string, base?: OperationFrame['base']): void {
    this.applied(this.putFrame(name, content, base));
    assert.equal(readFileSync(path.join(this.files, name), 'utf8'), content);
  }

  apply(operation: OperationFrame): Outcome {
    const bytes = operation.kind === 'put' ? bytesOf(operation, this.replica.folder) : undefined;
    const staged = bytes === undefined ? undefined : this.replica.stage.write(bytes);
    const outcome = this.replica.apply({ operation, staged }, owner);
    this.replica.endTurn();
    assert.deepEqual(readdirSync(path.join(this.#folder, 'state/stage')), []);
    return outcome;
  }

  applied(operation: OperationFrame): void {
    const outcome = this.apply(operation);
    assert.equal(outcome.kind, 'applied', JSON.stringify(outcome));
  }

  /** Name, content that was put, and content that is there of each listed file of the root. */
  listed(workspaceId = owner): [string, string | undefined, string | undefined][] {
    const inventory = runToEnd(Inventory.take(this.replica.state, this.replica.observer, workspaceId));
    this.replica.endTurn();
    return inventory
      .entries(rootSyncPath)
      .map(({ name, put, current }): [string, string | undefined, string | undefined] => [
        name,
        this.#content(put),
        this.#content(current),
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  kept(store: 'trash' | 'rescued'): string[] {
    const folder = path.join(this.#folder, 'state', store);
    return readdirSync(folder)
      .filter((name) => name !== 'names.jsonl')
      .map((name) => readFileSync(path.join(folder, name), 'utf8'));
  }

  #content(state: { kind: string; hash?: string } | undefined): string | undefined {
    if (state === undefined) return undefined;
    const known = [
      'one',
      'two',
      'otherwise',
      'g',
      'round 8999',
      'same',
      'changed',
      'deleted',
      ...Array.from({ length: 20 }, (_, index) => `content ${index}`),
    ];
    return known.find((content) => this.state(content).hash === state.hash) ?? state.kind;
  }
}

function head(path: string): Pick<OperationFrame, 'sequence' | 'batched' | 'path' | 'base'> {
  return { sequence: 1, batched: false, path: at(path), base: absent };
}

function inFolder(name: string, run: (folder: string) => void, skip = false): void {
  test(name, { skip }, () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'podloop-replica-'));
    try {
      run(folder);
      assert.ok(existsSync(folder));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
