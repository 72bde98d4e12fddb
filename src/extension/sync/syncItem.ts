import { ThemeIcon, type TreeItem, Uri } from 'vscode';
import type { CommandId } from '../contributions.ts';
import { rowItem } from '../tree/treeItem.ts';
import type { SyncElement } from './syncTree.ts';

/** Renders a row of the Sync view; one that is about a file shows the file's own icon and opens it. */
export function syncItem(element: SyncElement): TreeItem {
  const { row } = element;
  const item = rowItem(element.id, row);
  if (row.file === undefined) return item;
  item.resourceUri = Uri.joinPath(Uri.file(row.file.folder), row.file.path);
  item.iconPath ??= ThemeIcon.File;
  item.command = { command: 'podloop.openSyncedFile' satisfies CommandId, title: 'Open File', arguments: [element] };
  return item;
}
