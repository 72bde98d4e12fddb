import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { localPath } from '../../../src/base/paths.ts';
import { addRule, removeRule } from '../../../src/extension/sync/ignoreFile.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'podloop-rules-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a rule is added once and taken away again, and nothing else changes', async () => {
  for (const [index, text] of ['# mine\n/a\n', '/a', '/a\r\n/b\r\n'].entries()) {
    const file = localPath(path.join(folder, `rules-${index}`));
    writeFileSync(file, text);
    assert.equal(await addRule(file, '/c/'), true);
    assert.equal(await addRule(file, '/c/'), false);
    const added = readFileSync(file, 'utf8');
    assert.ok(added.startsWith(text) && added.endsWith('\n/c/\n'), JSON.stringify(added));
    await removeRule(file, '/c/');
    assert.equal(readFileSync(file, 'utf8').trimEnd(), text.trimEnd());
  }
});

test('the file is made for the first rule and goes with the last', async () => {
  const file = localPath(path.join(folder, 'made'));
  await addRule(file, '/c');
  assert.equal(readFileSync(file, 'utf8'), '/c\n');
  await removeRule(file, '/c');
  assert.equal(existsSync(file), false);
});
