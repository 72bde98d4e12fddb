import * as vscode from 'vscode';
import type { SessionState } from '../../session/core/state.ts';
import { syncView } from '../contributions.ts';
import { syncItem } from './syncItem.ts';
import type { SyncElement, SyncTree } from './syncTree.ts';

/** The Sync view. It exists from activation on and is empty until there is something behind it. */
export class SyncView implements vscode.Disposable {
  readonly #view: vscode.TreeView<SyncElement>;
  readonly #changed = new vscode.EventEmitter<SyncElement | undefined>();
  readonly #subscriptions: vscode.Disposable[] = [this.#changed];
  #tree: SyncTree | undefined;

  constructor() {
    this.#view = vscode.window.createTreeView<SyncElement>(syncView, {
      showCollapseAll: true,
      treeDataProvider: {
        onDidChangeTreeData: this.#changed.event,
        getTreeItem: syncItem,
        getChildren: async (element) => {
          await this.#tree?.prepare(element);
          return [...(this.#tree?.children(element) ?? [])];
        },
        getParent: (element) => this.#tree?.parent(element),
      },
    });
    this.#subscriptions.push(this.#view);
  }

  /** Joins the tree to the view, once. */
  attach(tree: SyncTree): void {
    this.#tree = tree;
    tree.setVisible(this.#view.visible);
    this.#subscriptions.push(
      tree.onChange((element) => {
        this.#changed.fire(element);
      }),
      this.#view.onDidChangeVisibility(({ visible }) => {
        tree.setVisible(visible);
      }),
    );
    this.#changed.fire(undefined);
  }

  /** Brings the paths of a session that are not synced into view. */
  async showProblems({ workload, problems }: SessionState): Promise<void> {
    if (problems.length === 0) {
      vscode.window.setStatusBarMessage(`${workload.name}: no path is left out.`, 5000);
      return;
    }
    await vscode.commands.executeCommand(`${syncView}.focus`);
    const group = this.#tree?.find({ kind: 'group', workload, group: 'problems' });
    if (group !== undefined) await this.#view.reveal(group, { focus: true, expand: true });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions.reverse()) subscription.dispose();
  }
}
