import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { type FeedWorld, withFeed } from './feed.ts';

// Where one watch covers the whole tree, notices come after a while that this time knows nothing of.
const skip = process.platform !== 'linux' && 'written for watches that tell at once';

suite('noticing changes', { concurrency: true, skip }, () => {
  feed('what is on the disk has been reported when it has caught up', ['a', 'b/c'], async (world) => {
    for (let round = 0; round < 20; round++) {
      world.write(`b/new-${round}/deep/x`);
      world.write('a', `again ${round}`);
      world.reports.length = 0;
      await world.catchUp();
      assert.ok(world.reported.has('a'));
      assert.ok(world.reported.has(`b/new-${round}/deep/x`));
    }
    assert.equal(world.trouble, undefined);
    assert.equal(world.watchers, 1);
  });

  feed('a change is reported at once, and so is one that somebody tells of', ['a', 'b'], async (world) => {
    world.write('a', 'changed');
    await world.advanceUntil(() => world.reports[0], 10);
    assert.deepEqual(world.reports[0]?.paths, ['a']);
    world.write('new/folder/file', 'x');
    world.deaf.hints = true;
    world.feed.saved('new/folder/file' as never);
    assert.ok(world.reported.has('new/folder/file'));
  });

  feed(
    'scenario 86: where nothing is told of, everything is looked at again and again',
    ['a', 'b/c'],
    async (world) => {
      world.deaf.hints = true;
      world.deaf.marks = true;
      world.write('a', 'one');
      await world.catchUp();
      assert.ok(world.reported.has('a'), 'catching up does not depend on notices');
      assert.equal(world.watchers, 2, 'a watcher that tells nothing gets a successor');
      assert.equal(world.trouble, undefined);
      await world.catchUp();
      assert.deepEqual(world.trouble, { kind: 'silent' });
      world.write('b/d/e', 'two');
      await world.advanceUntil(() => (world.reported.has('b/d/e') ? true : undefined), 5000, 50);
      world.deaf.hints = false;
      world.deaf.marks = false;
      await world.advanceUntil(() => (world.trouble === undefined ? true : undefined), 60_000, 500);
    },
  );

  feed(
    'changes that were not told of are found, and too many of them end the trust',
    ['a', 'b', 'c'],
    async (world) => {
      // Another machine writes to the disk: this one's own marks are answered all the same.
      world.deaf.hints = true;
      for (const name of ['a', 'b', 'c']) {
        assert.equal(world.trouble, undefined);
        world.write(name, 'by another machine');
        await world.advanceUntil(() => (world.reported.has(name) ? true : undefined), 310_000, 1000);
      }
      await world.advanceUntil(() => world.trouble, 1000);
      assert.deepEqual(world.trouble, { kind: 'silent' });
      world.write('d', 'by another machine');
      await world.advanceUntil(() => (world.reported.has('d') ? true : undefined), 3000, 50);
    },
  );

  feed('a watcher that falls silent is noticed by its probe', ['a'], async (world) => {
    world.write('a', 'one');
    await world.advanceUntil(() => world.reports[0], 10);
    world.deaf.hints = true;
    world.deaf.marks = true;
    world.write('b', 'unnoticed');
    await world.advanceUntil(() => (world.reported.has('b') ? true : undefined), 40_000, 20);
    assert.ok(world.watchers >= 2);
  });

  feed('scenario 48: waking from a sleep, however short, everything is looked at', ['a', 'b/c'], async (world) => {
    world.deaf.hints = true;
    await world.advanceUntil(() => (world.scheduler.pending.length > 0 ? true : undefined), 100);
    world.scheduler.advance(6000);
    world.write('b/c', 'edited by somebody meanwhile');
    world.scheduler.sleep(20_000);
    await world.advanceUntil(() => (world.reported.has('b/c') ? true : undefined), 6000, 10);
  });

  feed('scenario 2: a file that is emptied and then written is never reported empty', ['a', 'b'], async (world) => {
    const file = path.join(world.root, 'a');
    truncateSync(file);
    await passes(world, 30);
    assert.deepEqual(world.reports, []);
    appendFileSync(file, 'new content');
    await world.advanceUntil(() => world.reports[0], 10);
    await passes(world, 100);
    assert.equal(world.reports.length, 1, 'nothing comes after it');
    truncateSync(path.join(world.root, 'b'));
    await world.advanceUntil(() => (world.reported.has('b') ? true : undefined), 50);
    writeFileSync(path.join(world.root, 'fresh'), '');
    await passes(world, 30);
    assert.ok(!world.reported.has('fresh'), 'a new file is mostly written in a moment');
    await world.advanceUntil(() => (world.reported.has('fresh') ? true : undefined), 30);
  });

  feed('what git changes in one go is reported in one go', ['.git/index', 'a', 'b'], async (world) => {
    const lock = world.write('.git/index.lock', '');
    utimesSync(lock, new Date(world.scheduler.now()), new Date(world.scheduler.now()));
    for (let index = 0; index < 300; index++) {
      world.write(`src/${index % 10}/file-${index}`);
      if (index % 60 === 0) await passes(world, 100);
    }
    assert.deepEqual(world.reports, []);
    renameSync(lock, path.join(world.root, '.git/index'));
    const report = await world.advanceUntil(() => world.reports[0], 30);
    assert.equal(report.paths.filter((at) => at.includes('file-')).length, 300);
    await passes(world, 1000);
    assert.equal(world.reports.length, 1);
  });

  feed('a lock that git does not give back holds nothing up for long', ['.git/index', 'a'], async (world) => {
    const lock = world.write('.git/index.lock', '');
    utimesSync(lock, new Date(world.scheduler.now()), new Date(world.scheduler.now()));
    world.write('a', 'one');
    await world.advanceUntil(() => world.reports[0], 2100, 5);
    assert.ok((world.reports[0]?.at ?? 0) >= 1900);
    world.write('a', 'two, while an editor asks for the message of the commit');
    await world.advanceUntil(() => world.reports[1], 30);
  });

  feed('what is written through a mapping is found by the second look', ['a'], async (world) => {
    world.write('a', 'told of');
    await world.advanceUntil(() => world.reports[0], 10);
    world.deaf.hints = true;
    world.write('a', 'through a mapping');
    await world.advanceUntil(() => world.reports[1], 6000, 50);
  });

  feed('a folder that is renamed away and back is the same folder', ['d/a', 'd/b/c'], async (world) => {
    const [here, there] = [path.join(world.root, 'd'), path.join(world.base, 'away')];
    renameSync(here, there);
    await world.catchUp();
    assert.deepEqual(world.reported, new Set(['d', 'd/a', 'd/b', 'd/b/c']));
    renameSync(there, here);
    await world.catchUp();
    world.reports.length = 0;
    world.write('d/b/c', 'its watch is a new one');
    await world.advanceUntil(() => (world.reported.has('d/b/c') ? true : undefined), 100);
    rmSync(here, { recursive: true });
    mkdirSync(here);
    await world.catchUp();
    world.reports.length = 0;
    world.write('d/z');
    await world.advanceUntil(() => (world.reported.has('d/z') ? true : undefined), 100);
  });
});

function feed(name: string, files: readonly string[], run: (world: FeedWorld) => Promise<void>): void {
  test(name, () => withFeed(files, run));
}

/** Lets so much of the feed's time pass, with real notices in between. */
async function passes(world: FeedWorld, milliseconds: number): Promise<void> {
  const end = world.scheduler.now() + milliseconds;
  await world.advanceUntil(() => (world.scheduler.now() >= end ? true : undefined), milliseconds + 1);
}
