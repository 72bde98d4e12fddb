import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { systemScheduler } from '../../../src/base/scheduler.ts';
import { HashCache } from '../../../src/sync/core/hashCache.ts';
import { IgnoreRules } from '../../../src/sync/core/ignoreRules.ts';
import { ConfinedFolder } from '../../../src/sync/replica/confinedFolder.ts';
import { ChangeFeed } from '../../../src/sync/watch/changeFeed.ts';
import { FolderWatcher } from '../../../src/sync/watch/folderWatcher.ts';
import { readTree } from '../../unit/sync/tree.ts';
import { inWorld, until, type World } from '../../unit/sync/world.ts';

const isGit = (at: string): boolean => at === '.git';

scenario('scenario 22: a branch switch of 5,000 files is one batch', async (world) => {
  const git = repository(world);
  writeVersion(world, 'one', 5000);
  git('add', '-A');
  git('commit', '-qm', 'one');
  git('checkout', '-qb', 'other');
  git('rm', '-rq', 'only-one');
  writeVersion(world, 'two', 5000);
  git('add', '-A');
  git('commit', '-qm', 'two');
  await world.start();
  await world.settle(isGit);
  world.applied.length = 0;
  for (const branch of ['main', 'other']) {
    const start = performance.now();
    git('checkout', '-q', branch);
    // What git has not finished after two seconds is not waited for any longer.
    const most = 1 + Math.floor((performance.now() - start) / 2000);
    await until(
      () => (world.applied.length > 0 ? true : undefined),
      20_000,
      () => 'nothing was applied',
    );
    await world.settle(isGit);
    const sizes = world.applied.map(({ paths }) => paths.length);
    assert.ok(sizes.length <= most, `at most ${most} batches were due, not ${sizes.join()}`);
    assert.ok(sizes.reduce((sum, size) => sum + size, 0) >= 5000);
    world.applied.length = 0;
  }
});

scenario('scenario 23: a rebase through 30 states ends in equal trees', async (world) => {
  const git = repository(world);
  writeVersion(world, 'base', 200);
  git('add', '-A');
  git('commit', '-qm', 'base');
  git('checkout', '-qb', 'topic');
  for (let step = 0; step < 30; step++) {
    world.write(`topic/step-${step}.txt`, String(step));
    world.write('topic/last.txt', `step ${step}\n`.repeat(50));
    git('add', '-A');
    git('commit', '-qm', `step ${step}`);
  }
  git('checkout', '-q', 'main');
  writeVersion(world, 'ahead', 200);
  git('commit', '-qam', 'ahead');
  await world.start();
  await world.settle(isGit);
  git('rebase', '-q', 'main', 'topic');
  await world.settle(isGit);
  world.write('topic/last.txt', 'not committed');
  world.write('uncommitted.txt', 'new');
  git('stash', '-qu');
  await world.settle(isGit);
  git('stash', 'pop', '-q');
  await world.settle(isGit);
  assert.deepEqual(rescued(world), [], 'nothing looks as if the pod had changed it');
});

scenario('scenario 25: 40,000 files that appear within seconds all arrive', async (world) => {
  await world.start();
  await world.settle();
  const writer = inProcess(
    `const fs = require('fs');
    for (let i = 0; i < 40000; i++) {
      const dir = process.argv[1] + '/modules/package-' + (i % 900) + '/lib/' + (i % 3);
      if (i < 2700) fs.mkdirSync(dir, { recursive: true });
      fs.writeFileSync(dir + '/file-' + i + '.js', 'module.exports = ' + i + ';\\n');
    }`,
    world.root,
  );
  world.write('src/edited.ts', 'while that goes on');
  world.noteSaved('src/edited.ts');
  assert.equal(await writer, 0);
  await world.flush(60_000);
  const files = readdirSync(world.remote, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.equal(files.length, 40_001);
  assert.equal(
    readFileSync(path.join(world.remote, 'modules/package-99/lib/0/file-39699.js'), 'utf8'),
    'module.exports = 39699;\n',
  );
});

test('scenario 26: what happened while nobody listened is found', async () => {
  await inWorld(async (world) => {
    const reported = new Set<string>();
    const feed = new ChangeFeed({
      root: world.root,
      disk: new ConfinedFolder(world.root),
      rules: new IgnoreRules({ extra: [], ignoreCase: false }),
      hashes: new HashCache(),
      scheduler: systemScheduler,
      openWatcher: (root, events) => new FolderWatcher(root, events, { markFolder: world.folder('marks') }),
      events: {
        onChanges: (paths) => {
          for (const at of paths) reported.add(at);
        },
        onSeen() {},
        onProblem() {},
        onRootMissing() {},
        onRootBack() {},
        onWatchTrouble() {},
        onFailure: (error) => assert.fail(error),
      },
    });
    try {
      mkdirSync(path.join(world.root, 'many'));
      await new Promise<void>((resolve) => {
        feed.rescan(resolve);
      });
      // Nothing is taken from the system's queue meanwhile: it holds 16,384 notices and drops the others.
      const create = `for (let i = 0; i < 30000; i++) require('fs').writeFileSync(process.argv[1] + '/many/' + i, '');`;
      execFileSync(process.execPath, ['-e', create, world.root]);
      await until(
        () => (reported.size >= 30_000 ? true : undefined),
        5000,
        () => `${reported.size} were found`,
      );
    } finally {
      feed.dispose();
    }
  });
});

scenario('scenario 28: an edit arrives while 5,000 notices a second come for other files', async (world) => {
  for (let index = 0; index < 100; index++) world.write(`busy/${index}`, '0');
  world.write('calm.txt', 'one');
  await world.start();
  await world.settle();
  const writer = inProcess(
    `const fs = require('fs');
    const end = Date.now() + 4000;
    let count = 0;
    (function burst() {
      for (let i = 0; i < 25; i++) fs.writeFileSync(process.argv[1] + '/busy/' + (count++ % 100), String(count));
      if (Date.now() < end) setTimeout(burst, 10);
    })();`,
    world.root,
  );
  for (let round = 0; round < 10; round++) {
    world.write('calm.txt', `round ${round}`);
    await until(
      () => (readFileSync(path.join(world.remote, 'calm.txt'), 'utf8') === `round ${round}` ? true : undefined),
      2000,
      () => 'the edit waits for the storm to end',
    );
  }
  assert.equal(await writer, 0);
  await world.settle();
});

scenario('a log that grows all the time does not hold up what git does', async (world) => {
  const git = repository(world);
  writeVersion(world, 'one', 300);
  git('add', '-A');
  git('commit', '-qm', 'one');
  git('checkout', '-qb', 'other');
  writeVersion(world, 'two', 300);
  git('add', '-A');
  git('commit', '-qm', 'two');
  world.write('.gitignore', '*.log\n');
  await world.start();
  await world.settle(isGit);
  const grow = setInterval(() => appendFileSync(path.join(world.root, 'app.log'), 'line\n'), 2);
  try {
    git('checkout', '-q', 'main');
    await until(
      () => (readTree(world.remote).get('part-3/file-3.txt')?.includes('one') === true ? true : undefined),
      5000,
      () => 'the branch did not arrive',
    );
  } finally {
    clearInterval(grow);
  }
  await world.settle((at) => isGit(at) || at === 'app.log');
});

function scenario(name: string, run: (world: World) => Promise<void>): void {
  test(name, () => inWorld(run));
}

/** Makes the project a git repository; gives what runs git in it. */
function repository(world: World): (...args: string[]) => void {
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: world.root,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    });
  };
  git('init', '-q', '-b', 'main');
  git('config', 'gc.auto', '0');
  return git;
}

function writeVersion(world: World, version: string, files: number): void {
  for (let index = 0; index < files; index++) world.write(`part-${index % 50}/file-${index}.txt`, version);
  world.write(`only-${version}/a.txt`, version);
  rmSync(path.join(world.root, 'kind'), { recursive: true, force: true });
  world.write(version === 'one' ? 'kind' : 'kind/inside', version);
}

/** Runs a script in a process of its own; resolves with its exit code. */
async function inProcess(script: string, ...args: string[]): Promise<unknown> {
  const child = spawn(process.execPath, ['-e', script, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as unknown[];
  return code;
}

/** What the sidecar set aside because somebody in the pod seemed to have written it. */
function rescued(world: World): string[] {
  return readdirSync(path.join(world.volume, 'state/rescued')).filter((name) => name !== 'names.jsonl');
}
