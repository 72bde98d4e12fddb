import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { AbortError } from '../../../src/base/errors.ts';
import { localPath } from '../../../src/base/paths.ts';
import { bigFolderChoice, previewQuestion, syncAnyway } from '../../../src/present/previewText.ts';
import { isLarge } from '../../../src/sync/core/preview.ts';
import { previewSync } from '../../../src/sync/previewSync.ts';

test('a preview says what would be synced, what is left out, and what most of it is', async () => {
  await inFolder(async (root, write) => {
    write('.gitignore', '*.log\n/out/\n');
    write('node_modules/a/index.js', 'x');
    write('out/x', 'x');
    write('a.log', 'x');
    write('src/main.ts', 'x'.repeat(1000));
    for (let index = 0; index < 50; index++) write(`data/sets/[raw] 1/${index}.csv`, 'x'.repeat(10_000));
    for (let index = 0; index < 300; index++) write(`assets/${index % 3}/${index}.svg`, '');
    symlinkSync('/etc/passwd', path.join(root, 'outside'));
    symlinkSync('src/main.ts', path.join(root, 'inside'));
    const preview = await previewSync(localPath(root), ['secret/'], new AbortController().signal);
    assert.deepEqual(preview, {
      files: 353,
      folders: 8,
      bytes: 501_012,
      ignored: { files: 1, folders: 2 },
      problems: 1,
      biggest: [
        { path: 'data/sets/[raw] 1', files: 50, bytes: 500_000, rule: '/data/sets/\\[raw\\] 1/' },
        { path: 'assets', files: 300, bytes: 0, rule: '/assets/' },
      ],
    });
    assert.ok(!isLarge(preview));
    assert.ok(isLarge({ files: 20_001, bytes: 0 }) && isLarge({ files: 1, bytes: 500_000_001 }));
    assert.equal(previewQuestion(preview), '353 files, 501 KB would be synced into the pod. Leave something out?');
    assert.deepEqual(preview.biggest.map(bigFolderChoice)[0], {
      label: 'Ignore data/sets/[raw] 1',
      description: '50 files, 500 KB',
      detail: 'Adds /data/sets/\\[raw\\] 1/ to .podloopignore',
    });
    assert.equal(syncAnyway(preview).detail, 'Left out by rules: 2 folders and 1 file.');
    const rules = preview.biggest.map(({ rule }) => rule);
    const without = await previewSync(localPath(root), rules, new AbortController().signal);
    assert.deepEqual([without.files, without.biggest.map((folder) => folder.path)], [3, ['src']]);
  });
});

test('a preview can be cancelled, and says when there is no folder', async () => {
  await inFolder(async (root) => {
    const controller = new AbortController();
    const preview = previewSync(localPath(root), [], controller.signal);
    controller.abort(new AbortError());
    await assert.rejects(preview, AbortError);
    await assert.rejects(previewSync(localPath(root), [], controller.signal), AbortError);
    const missing = localPath(path.join(root, 'nowhere'));
    await assert.rejects(previewSync(missing, [], new AbortController().signal), /missing/);
  });
});

async function inFolder(
  run: (root: string, write: (at: string, text: string) => void) => Promise<void>,
): Promise<void> {
  const root = mkdtempSync(path.join(tmpdir(), 'podloop-preview-'));
  try {
    await run(root, (relative, text) => {
      mkdirSync(path.dirname(path.join(root, relative)), { recursive: true });
      writeFileSync(path.join(root, relative), text);
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
