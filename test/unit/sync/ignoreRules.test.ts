import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { parentSyncPath, type SyncPath } from '../../../src/base/paths.ts';
import { defaultIgnore } from '../../../src/sync/core/defaultIgnore.ts';
import { IgnoreRules } from '../../../src/sync/core/ignoreRules.ts';
import { at } from '../protocol/frames.ts';
import { Random, seedOfRun } from './random.ts';

// Each world is a repository with a hundred paths and more; `PODLOOP_ROUNDS` makes more of them.
const worlds = Number(process.env.PODLOOP_ROUNDS ?? 16);
const seed = seedOfRun();

test('scenario 79: rules say what git check-ignore says', { skip: !hasGit() && 'git is not installed' }, () => {
  const random = new Random(seed);
  let compared = 0;
  for (let world = 0; world < worlds; world++) compared += compareWithGit(random, world % 4 === 3);
  assert.ok(compared >= 64 * worlds, `${compared} paths were compared`);
});

test('later kinds of rules win over earlier ones', () => {
  const rules = new IgnoreRules({ extra: ['secret.txt', '!build/keep/'], ignoreCase: false });
  assert.ok(rules.isIgnored(at('node_modules'), true), 'a default');
  assert.ok(rules.isIgnored(at('web/node_modules/react/index.js'), false), 'a default, in depth');
  rules.setFile(at(''), '.gitignore', 'build/\n*.log\n!dist/\n');
  assert.ok(rules.isIgnored(at('a/b.log'), false));
  assert.ok(!rules.isIgnored(at('dist'), true), '.gitignore takes a default back');
  assert.ok(!rules.isIgnored(at('dist/x.js'), false));
  rules.setFile(at('web'), '.podloopignore', '!important.log\n/only-here\n');
  assert.ok(!rules.isIgnored(at('web/deep/important.log'), false), '.podloopignore takes .gitignore back');
  assert.ok(rules.isIgnored(at('important.log'), false), 'but only in its own folder');
  assert.ok(rules.isIgnored(at('web/only-here'), false));
  assert.ok(!rules.isIgnored(at('web/deep/only-here'), false));
  assert.ok(rules.isIgnored(at('web/secret.txt'), false), 'configuration wins');
  assert.ok(rules.isIgnored(at('build/keep/x'), false), 'nothing inside an ignored folder comes back');
});

test('a rule that is taken away stops to apply', () => {
  const rules = new IgnoreRules({ extra: [], ignoreCase: false });
  assert.ok(rules.setFile(at('a'), '.gitignore', '*.tmp'));
  assert.ok(!rules.setFile(at('a'), '.gitignore', '*.tmp'), 'nothing changed');
  assert.ok(rules.isIgnored(at('a/x.tmp'), false));
  assert.ok(rules.setFile(at('a'), '.gitignore', undefined));
  assert.ok(!rules.isIgnored(at('a/x.tmp'), false));
});

test('case counts or does not, as the disk has it', () => {
  for (const ignoreCase of [true, false]) {
    const rules = new IgnoreRules({ extra: ['*.LOG'], ignoreCase });
    assert.equal(rules.isIgnored(at('a.log'), false), ignoreCase);
  }
});

function compareWithGit(random: Random, ignoreCase: boolean): number {
  const root = mkdtempSync(path.join(tmpdir(), 'podloop-ignore-'));
  try {
    const git = (...args: string[]): void => {
      execFileSync('git', ['-c', 'init.defaultBranch=main', ...args], { cwd: root, stdio: 'ignore', env: gitEnv });
    };
    git('init', '-q');
    git('config', 'core.ignorecase', String(ignoreCase));
    // The lowest of git's own levels stands for the defaults.
    writeFileSync(path.join(root, '.git/info/exclude'), `${defaultIgnore.join('\n')}\n`);
    const { folders, files } = makeTree(root, random);
    const rules = new IgnoreRules({ extra: [], ignoreCase });
    for (const folder of folders) {
      if (!random.chance(0.4)) continue;
      const lines = Array.from({ length: 1 + random.below(5) }, () => pattern(random));
      const text = `${random.chance(0.1) ? '\uFEFF' : ''}${lines.join(random.chance(0.1) ? '\r\n' : '\n')}`;
      writeFileSync(path.join(root, folder, '.gitignore'), text);
      rules.setFile(folder, '.gitignore', text);
    }
    const paths = [...folders.filter((folder) => folder !== ''), ...files];
    const ignored = ignoredByGit(root, paths);
    for (const one of paths) {
      const isFolder = folders.includes(one);
      // Ignore files inside ignored folders are not read by git, nor by a scan, which never goes there.
      if (folders.some((folder) => folder !== '' && one.startsWith(`${folder}/`) && ignored.has(folder))) continue;
      const own = rules.isIgnored(one, isFolder);
      if (own !== ignored.has(one)) assert.fail(explain(root, one, own));
    }
    return paths.length;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function ignoredByGit(root: string, paths: readonly SyncPath[]): Set<string> {
  const options = { cwd: root, input: paths.join('\0'), encoding: 'utf8', env: gitEnv } as const;
  try {
    const output = execFileSync('git', ['check-ignore', '--no-index', '-z', '--stdin'], options);
    return new Set(output.split('\0'));
  } catch (error) {
    // Status 1 means that nothing is ignored.
    if (error instanceof Error && 'status' in error && error.status === 1) return new Set();
    throw error;
  }
}

function explain(root: string, one: SyncPath, own: boolean): string {
  const files: string[] = [];
  for (let folder = parentSyncPath(one); ; folder = parentSyncPath(folder)) {
    const file = path.join(root, folder, '.gitignore');
    files.push(`${folder}/.gitignore: ${JSON.stringify(readOrNothing(file))}`);
    if (folder === '') break;
  }
  return `PODLOOP_SEED=${seed}: ${JSON.stringify(one)} is ${own ? '' : 'not '}ignored by us, not so by git. ${files.join(' ')}`;
}

function readOrNothing(file: string): string {
  try {
    return execFileSync('cat', [file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    return error instanceof Error ? '' : String(error);
  }
}

const names = [
  'a',
  'b',
  'ab',
  'a.c',
  'x.log',
  'dist',
  'src',
  'A',
  '[a]',
  'a b',
  '!a',
  '#a',
  'a*',
  'foo.txt',
  'größe',
  '-a',
  'a?',
  'b\\c',
  ' a',
  'a]',
  'a-c',
  'x.LOG',
];

function makeTree(root: string, random: Random): { folders: SyncPath[]; files: SyncPath[] } {
  const folders: SyncPath[] = [at('')];
  for (let count = 0; count < 10; count++) {
    const folder = path.join(random.pick(folders), random.pick(names));
    if (folders.includes(at(folder))) continue;
    mkdirSync(path.join(root, folder), { recursive: true });
    folders.push(at(folder));
  }
  const files = new Set<SyncPath>();
  for (const folder of folders) {
    for (const name of names) {
      const file = at(path.join(folder, name));
      if (folders.includes(file)) continue;
      writeFileSync(path.join(root, file), '');
      files.add(file);
    }
  }
  return { folders, files: [...files] };
}

function pattern(random: Random): string {
  const part = (): string =>
    random.pick([
      ...names,
      '*',
      '**',
      '*.log',
      'a*',
      '?',
      '[ab]',
      '[!a]',
      '[a-c]*',
      '\\!a',
      '\\#a',
      '\\[a\\]',
      'a\\*',
      'a\\ b',
      '*.t?t',
      '***',
      'a**',
      '**b',
      '?*',
      '*[.]c',
      '[^a]*',
      '[]a]',
      '[]-a]',
      '[!]a]*',
      '[a\\-c]*',
      '[\\]]',
      '*[]-]*',
      '[z-a]',
      '[a-',
      '[[:alpha:]]',
      '[[:upper:][:space:]]*',
      '[[:punct:]]a',
      '[[:nonsense:]]',
      '[[:digit]',
      'gr??e',
      'gr[ö]*e',
      'größ*',
      'a\\',
      'a\\b',
      '\\ a',
      'a\\ ',
    ]);
  const middle = random.pick([
    part(),
    part(),
    `${part()}/${part()}`,
    `**/${part()}`,
    `${part()}/**`,
    `${part()}/**/${part()}`,
    `${part()}**/${part()}`,
    `${part()}\\/${part()}`,
    `${part()}/**${part()}`,
  ]);
  const negated = random.chance(0.3) ? '!' : '';
  const start = random.chance(0.2) ? '/' : '';
  const end = random.chance(0.25) ? '/' : random.chance(0.05) ? '  ' : '';
  return random.chance(0.03) ? random.pick(['', '# comment', '   ', '/', '\\']) : `${negated}${start}${middle}${end}`;
}

function hasGit(): boolean {
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    return !(error instanceof Error);
  }
}

const gitEnv = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};
