import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extensionUnderTest } from './extensionUnderTest.ts';

test('the extension activates', async () => {
  const extension = extensionUnderTest();
  await extension.activate();
  assert.equal(extension.isActive, true);
});

test('the extension offers other extensions no interface', async () => {
  assert.equal(await extensionUnderTest().activate(), undefined);
});
