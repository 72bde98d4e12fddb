import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { IgnoreRules } from '../../../src/sync/core/ignoreRules.ts';
import { ignoreRule } from '../../../src/sync/core/ignoreRule.ts';
import { at } from '../protocol/frames.ts';

const names = [
  'plain.js',
  '#hash',
  '!bang',
  'a*b',
  'a?b',
  '[x]',
  'back\\slash',
  'end ',
  ' start',
  'line\nbreak',
  'é',
  '-',
];
const paths = [...names, ...names.map((name) => `deep/${name}/leaf`)];

test('the rule of a path leaves out that path and no other', () => {
  for (const path of paths) {
    const rules = new IgnoreRules({ extra: [], ignoreCase: false });
    rules.setFile(at(''), '.podloopignore', `${ignoreRule(at(path), false)}\n`);
    const ignored = paths.filter((one) => rules.isIgnored(at(one), false));
    assert.deepEqual(ignored, [path]);
  }
});

test('the rule of a folder leaves out what is in it, and no file of that name', () => {
  const rules = new IgnoreRules({ extra: [], ignoreCase: false });
  rules.setFile(at(''), '.podloopignore', ignoreRule(at('a b/c'), true));
  assert.ok(rules.isIgnored(at('a b/c/d'), false));
  assert.ok(!rules.isIgnored(at('a b/c'), false));
  assert.ok(!rules.isIgnored(at('x/a b/c/d'), false));
});

test('git reads the rule in the same way', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'podloop-rule-'));
  try {
    const git = (args: readonly string[], input = ''): string =>
      execFileSync('git', ['-c', 'core.excludesFile=/dev/null', ...args], { cwd: root, input, encoding: 'utf8' });
    git(['init', '-q']);
    for (const one of paths) {
      writeFileSync(path.join(root, '.gitignore'), `${ignoreRule(at(one), false)}\n`);
      const ignored = git(['check-ignore', '--no-index', '-z', '--stdin'], paths.join('\0'));
      assert.deepEqual(ignored.split('\0').filter(Boolean), [one]);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
