import * as vscode from 'vscode';
import { clustersView } from '../contributions.ts';
import type { ClusterTree, TreeElement } from './clusterTree.ts';
import { treeItem } from './treeItem.ts';

/**
 * The view of the clusters. It exists from activation on; the tree behind it is loaded when the view is first looked
 * at, so that a window in which nobody looks pays nothing.
 */
export class ClustersView implements vscode.Disposable {
  readonly view: vscode.TreeView<TreeElement>;
  readonly #changed = new vscode.EventEmitter<TreeElement | undefined>();
  readonly #subscriptions: vscode.Disposable[] = [this.#changed];

  constructor(load: () => Promise<ClusterTree>) {
    this.view = vscode.window.createTreeView<TreeElement>(clustersView, {
      showCollapseAll: true,
      treeDataProvider: {
        onDidChangeTreeData: this.#changed.event,
        getTreeItem: treeItem,
        getChildren: async (element) => [...(await (await load()).children(element))],
        getParent: async (element) => (await load()).parent(element),
      },
    });
    this.#subscriptions.push(this.view);
  }

  /** Joins the tree to the view, once. */
  attach(tree: ClusterTree): void {
    tree.setVisible(this.view.visible);
    this.#subscriptions.push(
      tree.onChange((element) => {
        this.#changed.fire(element);
      }),
      this.view.onDidExpandElement(({ element }) => {
        tree.setExpanded(element, true);
      }),
      this.view.onDidCollapseElement(({ element }) => {
        tree.setExpanded(element, false);
      }),
      this.view.onDidChangeVisibility(({ visible }) => {
        tree.setVisible(visible);
      }),
    );
  }

  dispose(): void {
    for (const subscription of this.#subscriptions.reverse()) subscription.dispose();
  }
}
