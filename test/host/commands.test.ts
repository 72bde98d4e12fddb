import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as vscode from 'vscode';
import { extensionUnderTest } from './extensionUnderTest.ts';

// Commands that are about a session, in a window that has none: each says so in a notification and is over.
const aboutSessions = [
  'openTerminal',
  'run',
  'debug',
  'restartRun',
  'stopRun',
  'openPort',
  'forwardPort',
  'stopForward',
  'flushSync',
  'pauseSync',
  'resumeSync',
  'restoreFile',
  'showSynced',
  'reconnect',
  'showProblems',
  'showMenu',
];

for (const name of aboutSessions) {
  test(`${name} without a session ends by itself`, { timeout: 20_000 }, async () => {
    await extensionUnderTest().activate();
    assert.equal(await vscode.commands.executeCommand(`podloop.${name}`), undefined);
    await vscode.commands.executeCommand('notifications.clearAll');
  });
}

test('the log can be shown', async () => {
  await vscode.commands.executeCommand('podloop.showLog');
});

test('everything can be refreshed', { timeout: 20_000 }, async () => {
  await vscode.commands.executeCommand('podloop.clusters.focus');
  await vscode.commands.executeCommand('podloop.refresh');
});

test('commands on files of the Sync view say when there is none', { timeout: 20_000 }, async () => {
  for (const name of ['openSyncedFile', 'retryPath', 'ignorePath', 'keepMine', 'compareVersion']) {
    assert.equal(await vscode.commands.executeCommand(`podloop.${name}`), undefined);
  }
  await vscode.commands.executeCommand('notifications.clearAll');
});

test('a row that is gone or never was is no reason to fail', async () => {
  for (const name of ['copyName', 'forgetNamespace', 'openKubeconfig', 'copyAccessRule']) {
    assert.equal(await vscode.commands.executeCommand(`podloop.${name}`, { unknown: true }), undefined);
  }
});
