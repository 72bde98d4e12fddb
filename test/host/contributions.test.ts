import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as vscode from 'vscode';
import { commandIds, settingIds } from '../../src/extension/contributions.ts';
import { extensionUnderTest, manifest } from './extensionUnderTest.ts';

test('every contributed command is registered, and no other', async () => {
  await extensionUnderTest().activate();
  const views = Object.values(manifest().contributes.views).flat();
  const ofViews = (command: string): boolean => views.some(({ id }) => command.startsWith(`${id}.`));
  const registered = (await vscode.commands.getCommands(true))
    .filter((command) => command.startsWith('podloop.') && !ofViews(command))
    .sort();
  const contributed = manifest().contributes.commands.map(({ command }) => command);
  assert.deepEqual(registered, contributed.toSorted());
  assert.deepEqual([...commandIds].sort(), contributed.toSorted());
});

test('every contributed setting has its default', () => {
  const settings = manifest().contributes.configuration.properties;
  assert.deepEqual(Object.keys(settings).sort(), [...settingIds].sort());
  for (const [id, { default: value }] of Object.entries(settings)) {
    assert.deepEqual(vscode.workspace.getConfiguration().inspect(id)?.defaultValue, value, id);
  }
});

test('every contributed view can be shown', async () => {
  for (const { id } of Object.values(manifest().contributes.views).flat()) {
    await vscode.commands.executeCommand(`${id}.focus`);
  }
});
