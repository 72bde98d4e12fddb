import type { TreeNode } from './treeNode.ts';

/** Name of a product icon, and of the theme colour it is shown in. */
export interface RowIcon {
  readonly id: string;
  readonly color?: string;
}

/** What a row can do by itself when it is opened by Enter or a click. */
export type RowAction = 'retry' | 'openFile' | 'useNamespace' | 'addKubeconfig' | 'refreshLogin' | 'copyRule';

/** What any row of a tree shows, as plain data. */
export interface Row {
  readonly label: string;
  readonly description: string | undefined;
  readonly icon: RowIcon | undefined;
  /** Markdown. */
  readonly tooltip: string;
  /** What a screen reader says instead of label and description. */
  readonly accessibleLabel: string;
  readonly expansion: 'none' | 'collapsed' | 'expanded';
  /** Words by which `when` clauses choose what the row offers: its kind first, then what is true of it. */
  readonly words: readonly string[];
}

/** One row of the tree of clusters. */
export interface TreeRow extends Row {
  readonly node: TreeNode;
  readonly action: RowAction | undefined;
}
