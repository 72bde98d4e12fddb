import { lstat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import type { SyncReader } from '../../present/syncArrivals.ts';
import { restoredMessage, versionPlace, versionText, versionTitle } from '../../present/syncVersions.ts';
import type { Restorable } from '../../sync/core/restorable.ts';
import { answered } from '../cancellation.ts';
import type { OpenSession, OpenSessions } from '../session/openSessions.ts';
import { readOnlyUri } from './readOnlyFiles.ts';
import { SyncElement } from './syncTree.ts';
import type { VersionLists } from './versionLists.ts';

/** A version and the session that it belongs to. */
export interface OpenVersion {
  readonly open: OpenSession;
  readonly version: Restorable;
}

/** The version of a row. Throws `UserError` `sync.version-gone` when it is not known any more. */
export function versionOf(sessions: OpenSessions, versions: VersionLists, subject: unknown): OpenVersion {
  const node = subject instanceof SyncElement ? subject.row.node : undefined;
  if (node?.kind === 'version') {
    const open = sessions.find(node.workload);
    const version = versions.of(node.workload).find(({ id }) => id === node.id);
    if (open !== undefined && version !== undefined) return { open, version };
  }
  throw new UserError({
    code: 'sync.version-gone',
    message: 'That version cannot be had any more.',
    next: 'Choose another one.',
  });
}

/** Opens a version beside what is live now, or by itself where nothing is. */
export async function compareVersion({ open, version }: OpenVersion, reader: SyncReader): Promise<void> {
  const kept = readOnlyUri(await open.session.sync.openRestorable(version.id), version.path);
  const live = path.join(open.session.state.folder, version.path);
  const isLive = (await lstat(live).catch(() => undefined))?.isFile() === true;
  const title = versionTitle(version, isLive, reader);
  if (isLive) await vscode.commands.executeCommand('vscode.diff', kept, vscode.Uri.file(live), title);
  else await vscode.commands.executeCommand('vscode.open', kept, {}, title);
}

/** Makes a version the live one; what was live before can be restored in turn. */
export async function restoreVersion({ open, version }: OpenVersion): Promise<void> {
  await open.session.sync.restore(version.id);
  vscode.window.setStatusBarMessage(restoredMessage([version.path]), 5000);
}

interface VersionLine extends vscode.QuickPickItem {
  readonly version: Restorable;
}

/** Asks which versions are to be live again, out of all that are kept. */
export async function restoreFile(open: OpenSession, reader: SyncReader): Promise<void> {
  const { sync, state } = open.session;
  const lines = sync.restorable().then((versions) => versions.map((version) => versionLine(version, reader)));
  const chosen = await answered(
    vscode.window.showQuickPick(lines, {
      title: `Restore Deleted or Replaced File: ${state.workload.name}`,
      placeHolder: 'What is live now can be restored in turn',
      canPickMany: true,
      matchOnDescription: true,
    }),
  );
  // The lines are newest first: of several versions of a path the newest is meant.
  const newest = new Map(chosen.toReversed().map(({ version }) => [version.path, version]));
  for (const { id } of newest.values()) await sync.restore(id);
  if (newest.size > 0) vscode.window.setStatusBarMessage(restoredMessage([...newest.keys()]), 5000);
}

function versionLine(version: Restorable, reader: SyncReader): VersionLine {
  const icon = version.why === 'deleted' ? 'trash' : 'history';
  const description = `${versionText(version, reader)}, ${versionPlace(version)}`;
  return { label: `$(${icon}) ${version.path}`, description, version };
}
