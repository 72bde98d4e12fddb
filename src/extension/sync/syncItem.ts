import { ThemeIcon, type TreeItem, Uri } from 'vscode';
import type { SyncAction } from '../../present/syncNode.ts';
import type { CommandId } from '../contributions.ts';
import { rowItem } from '../tree/treeItem.ts';
import type { SyncElement } from './syncTree.ts';

/** Renders a row of the Sync view; one that is about a file shows the file's own icon. */
export function syncItem(element: SyncElement): TreeItem {
  const { row } = element;
  const item = rowItem(element.id, row);
  if (row.action !== undefined) {
    item.command = { command: commandOf(row.action), title: titles[row.action], arguments: [element] };
  }
  if (row.file !== undefined) {
    item.resourceUri = Uri.joinPath(Uri.file(row.file.folder), row.file.path);
    item.iconPath ??= ThemeIcon.File;
  }
  return item;
}

const titles: Readonly<Record<SyncAction, string>> = {
  openSyncedFile: 'Open File',
  compareConflict: 'Compare',
  compareVersion: 'Compare',
  restoreFile: 'Restore Deleted or Replaced File...',
};

function commandOf(action: SyncAction): CommandId {
  return `podloop.${action}`;
}
