import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, suite, test } from 'node:test';
import * as vscode from 'vscode';
import { silentLog } from '../../src/base/log.ts';
import { localPath } from '../../src/base/paths.ts';
import { OpenSessions } from '../../src/extension/session/openSessions.ts';
import { compareConflicts, conflictOf, settleConflict } from '../../src/extension/sync/conflicts.ts';
import { ignorePath } from '../../src/extension/sync/fileCommands.ts';
import { readOnlyScheme } from '../../src/extension/sync/readOnlyFiles.ts';
import { syncedFileOf } from '../../src/extension/sync/syncedFile.ts';
import { fakeSession } from '../unit/extension/fakeSession.ts';
import { active, conflict } from '../unit/present/sessionStates.ts';

// What the commands of the Sync view do with editors and files; the session behind them only has states.

const folder = mkdtempSync(path.join(tmpdir(), 'podloop-host-sync-'));
const file = path.join(folder, 'cart.js');
const outside = path.join(tmpdir(), `${path.basename(folder)}.txt`);
const inSync = active({ kind: 'inSync', files: 1 });

/** A session of the folder with a conflict about the file. */
function world() {
  writeFileSync(file, 'mine\n');
  writeFileSync(outside, '');
  const sessions = new OpenSessions();
  const fake = fakeSession(inSync);
  fake.become(inSync, { folder, conflicts: [conflict('cart.js')] });
  sessions.add(fake.session);
  return { sessions, ...fake };
}

/** Opens the file and types at its beginning without saving. */
async function typeInto(text: string): Promise<vscode.TextDocument> {
  const editor = await vscode.window.showTextDocument(vscode.Uri.file(file));
  await editor.edit((edit) => {
    edit.insert(new vscode.Position(0, 0), text);
  });
  return editor.document;
}

suite('the commands of the Sync view', () => {
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(outside);
    rmSync(folder, { recursive: true, force: true });
  });

  test("a conflict opens with the pod's version at the left and one's own at the right", async () => {
    const { sessions } = world();
    await compareConflicts([conflictOf(sessions, vscode.Uri.file(file))]);
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    assert.equal(tab?.label, 'cart.js: pod ↔ mine');
    assert.ok(tab.input instanceof vscode.TabInputTextDiff);
    assert.equal(tab.input.original.scheme, readOnlyScheme);
    assert.equal(tab.input.modified.fsPath, file);
  });

  test('what was typed and not saved is part of what is kept or merged', async () => {
    const { sessions, resolved } = world();
    const document = await typeInto('merged ');
    await settleConflict(conflictOf(sessions, document.uri), 'merged');
    assert.equal(document.isDirty, false);
    assert.equal(readFileSync(file, 'utf8'), 'merged mine\n');
    assert.deepEqual(resolved, ['cart.js merged']);
  });

  test('the conflict of a file that has none is no conflict', () => {
    const { sessions } = world();
    assert.throws(() => conflictOf(sessions, vscode.Uri.file(path.join(folder, 'other.js'))), /no conflict/);
  });

  test('the file of the active editor is left out by a rule, but not over unsaved rules', async () => {
    const { sessions, saved } = world();
    await vscode.window.showTextDocument(vscode.Uri.file(file));
    await ignorePath(syncedFileOf(sessions, undefined), silentLog);
    const rules = localPath(path.join(folder, '.podloopignore'));
    assert.equal(readFileSync(rules, 'utf8'), '/cart.js\n');
    assert.deepEqual(saved, [rules]);
    await vscode.commands.executeCommand('notifications.clearAll');

    const editor = await vscode.window.showTextDocument(vscode.Uri.file(rules));
    await editor.edit((edit) => {
      edit.insert(new vscode.Position(0, 0), '/typed\n');
    });
    await vscode.window.showTextDocument(vscode.Uri.file(file));
    await assert.rejects(ignorePath(syncedFileOf(sessions, undefined), silentLog), /not saved/);
    await vscode.window.showTextDocument(vscode.Uri.file(rules));
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  test('a file outside every synced folder is refused', async () => {
    const { sessions } = world();
    await vscode.window.showTextDocument(vscode.Uri.file(outside));
    assert.throws(() => syncedFileOf(sessions, undefined), /No file of a synced folder/);
  });
});
