import { MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { Row, RowAction } from '../../present/treeRow.ts';
import type { CommandId } from '../contributions.ts';
import type { TreeElement } from './clusterTree.ts';

const expansions = {
  none: TreeItemCollapsibleState.None,
  collapsed: TreeItemCollapsibleState.Collapsed,
  expanded: TreeItemCollapsibleState.Expanded,
} as const;

const actions: Readonly<Record<RowAction, { readonly command: CommandId; readonly title: string }>> = {
  retry: { command: 'podloop.retry', title: 'Try Again' },
  openFile: { command: 'podloop.openKubeconfig', title: 'Open Kubeconfig File' },
  useNamespace: { command: 'podloop.useNamespace', title: 'Use Namespace...' },
  addKubeconfig: { command: 'podloop.addKubeconfig', title: 'Add Kubeconfig File...' },
  copyRule: { command: 'podloop.copyAccessRule', title: 'Copy Access Rule' },
  refreshLogin: { command: 'podloop.refreshLogin', title: 'Log In Again' },
};

/** Renders a row of the tree of clusters; everything that it says was decided before. */
export function treeItem(element: TreeElement): TreeItem {
  const item = rowItem(element.id, element.row);
  const { action } = element.row;
  if (action !== undefined) item.command = { ...actions[action], arguments: [element] };
  return item;
}

/** Renders what any row shows. */
export function rowItem(id: string, row: Row): TreeItem {
  const item = new TreeItem(row.label, expansions[row.expansion]);
  item.id = id;
  item.tooltip = new MarkdownString(row.tooltip);
  item.contextValue = row.words.join(' ');
  item.accessibilityInformation = { label: row.accessibleLabel };
  if (row.description !== undefined) item.description = row.description;
  const icon = themeIcon(row);
  if (icon !== undefined) item.iconPath = icon;
  return item;
}

function themeIcon({ icon }: Row): ThemeIcon | undefined {
  if (icon === undefined) return undefined;
  return new ThemeIcon(icon.id, icon.color === undefined ? undefined : new ThemeColor(icon.color));
}
