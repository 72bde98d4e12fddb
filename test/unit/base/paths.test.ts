import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinSyncPath, parentSyncPath, readSyncPath, syncPathName } from '../../../src/base/paths.ts';

for (const path of ['', 'a', 'a/b', '.hidden', '-rf', 'a b', 'é', '...', 'x'.repeat(255)]) {
  test(`a sync path: ${JSON.stringify(path.slice(0, 20))}`, () => {
    assert.equal(readSyncPath(path), path);
  });
}

for (const path of [
  '/',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  'a/../b',
  'a/./b',
  'a\0b',
  'x'.repeat(256),
  'é'.repeat(128),
  'ab/'.repeat(1400) + 'c',
]) {
  test(`not a sync path: ${JSON.stringify(path.slice(0, 20))}`, () => {
    assert.equal(readSyncPath(path), undefined);
  });
}

test('joining, parent and name agree', () => {
  const root = readSyncPath('');
  assert.ok(root !== undefined);
  const path = joinSyncPath(joinSyncPath(root, 'src'), 'a.ts');
  assert.equal(path, 'src/a.ts');
  assert.equal(parentSyncPath(path), 'src');
  assert.equal(parentSyncPath(parentSyncPath(path)), '');
  assert.equal(syncPathName(path), 'a.ts');
});
