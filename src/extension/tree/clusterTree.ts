import { type Disposable, DisposableStore } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { KubeconfigContexts } from '../../cluster/core/kubeconfigContexts.ts';
import type { KubeObject } from '../../cluster/core/objects.ts';
import { contextRows, groupRows, type Listing, namespaceRows } from '../../present/treeContexts.ts';
import { liveRows, nodeId, parentNode, type TreeNode, type WorkloadNode } from '../../present/treeNode.ts';
import { containerRows, podRows } from '../../present/treePods.ts';
import type { TreeRow } from '../../present/treeRow.ts';
import { cronJobRows, workloadRows, type WorkloadView } from '../../present/treeWorkloads.ts';
import { LiveListing } from './liveListing.ts';
import { listScope } from './listScope.ts';

/** A row as VS Code holds it: the same object for the same id, whatever the row says meanwhile. */
export interface TreeElement {
  readonly id: string;
  readonly node: TreeNode;
  row: TreeRow;
}

/** What the tree takes from outside. */
export interface ClusterTreeDeps {
  readonly readKubeconfig: () => Promise<KubeconfigContexts>;
  /** The shared connection to a context; the tree does not dispose it. */
  readonly openCluster: (context: string) => Promise<Cluster>;
  /** Namespaces that the user named for a context. */
  readonly namedNamespaces: (context: string) => readonly string[];
  readonly view: () => WorkloadView;
}

/**
 * Rows of contexts, namespaces, workloads, pods and containers. A list is watched while its row is expanded in a
 * visible view, and at no other time; what was last known stays for the next look.
 */
export class ClusterTree implements Disposable {
  readonly #deps: ClusterTreeDeps;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<TreeElement | undefined>());
  readonly #elements = new Map<string, TreeElement>();
  readonly #listings = new Map<string, LiveListing>();
  readonly #expanded = new Set<string>();
  /** What was last handed out below each row, to tell a change that shows from one that does not. */
  readonly #shown = new Map<string, { readonly text: string; readonly ids: readonly string[] }>();
  #visible = true;

  /** A row whose children changed; `undefined` is the root. */
  readonly onChange = this.#changed.event;

  constructor(deps: ClusterTreeDeps) {
    this.#deps = deps;
  }

  /** The rows below one, waiting for the first answer of the cluster; being asked means the row is expanded. */
  async children(parent: TreeElement | undefined): Promise<readonly TreeElement[]> {
    if (parent === undefined) return this.#hand('', contextRows(await this.#deps.readKubeconfig()));
    this.#expanded.add(parent.id);
    this.#follow();
    await this.#listings.get(parent.id)?.first;
    return this.#hand(parent.id, this.#rowsBelow(parent.node));
  }

  parent(element: TreeElement): TreeElement | undefined {
    const above = parentNode(element.node);
    return above === undefined ? undefined : this.#elements.get(nodeId(above));
  }

  setExpanded(element: TreeElement, expanded: boolean): void {
    if (expanded) this.#expanded.add(element.id);
    else this.#expanded.delete(element.id);
    this.#follow();
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#follow();
  }

  /** Forgets what is known below a row, the root by default, and asks again. */
  refresh(id = ''): void {
    for (const [key, listing] of this.#listings) {
      if (id !== '' && key !== id && !key.startsWith(`${id}/`)) continue;
      this.#listings.delete(key);
      listing.dispose();
    }
    this.#changed.fire(id === '' ? undefined : this.#elements.get(id));
  }

  /** Looks again at what rows say besides the cluster's own state, such as which sessions are open here. */
  redraw(): void {
    for (const id of this.#expanded) this.#tellChange(id);
  }

  /** The object behind a workload's row, as last seen. */
  workload(node: WorkloadNode): KubeObject | undefined {
    const above = parentNode(node);
    if (above === undefined) return undefined;
    return this.#items(nodeId(above)).find(({ metadata }) => metadata.name === node.name);
  }

  dispose(): void {
    for (const listing of this.#listings.values()) listing.dispose();
    this.#listings.clear();
    this.#store.dispose();
  }

  /** Opens what became live, closes what is not any more, and moves what now covers other objects. */
  #follow(): void {
    const live = liveRows(this.#expanded, this.#visible);
    for (const [id, listing] of this.#listings) if (!live.has(id)) listing.pause();
    for (const id of live) {
      const node = this.#elements.get(id)?.node;
      const wanted = node === undefined ? undefined : listScope(node, (workload) => this.workload(workload));
      if (wanted === undefined) continue;
      const known = this.#listings.get(id);
      if (known?.covers(wanted) === true) known.resume();
      else {
        known?.dispose();
        const open = (): Promise<Cluster> => this.#deps.openCluster(wanted.context);
        const listing = new LiveListing(wanted, open, () => this.#onListing(id));
        this.#listings.set(id, listing);
        listing.resume();
      }
    }
  }

  #onListing(id: string): void {
    this.#tellChange(id);
    // Pods of the listed workloads may be selected by other labels now; containers are part of their pod's own list.
    this.#follow();
    for (const expanded of this.#expanded) if (expanded.startsWith(`${id}/`)) this.#tellChange(expanded);
  }

  #tellChange(id: string): void {
    const element = this.#elements.get(id);
    const shown = this.#shown.get(id);
    if (element === undefined || shown === undefined) return;
    if (JSON.stringify(this.#rowsBelow(element.node)) !== shown.text) this.#changed.fire(element);
  }

  #hand(parent: string, rows: readonly TreeRow[]): readonly TreeElement[] {
    const ids = rows.map((row) => nodeId(row.node));
    for (const id of this.#shown.get(parent)?.ids ?? []) if (!ids.includes(id)) this.#forget(id);
    this.#shown.set(parent, { text: JSON.stringify(rows), ids });
    return rows.map((row) => {
      const id = nodeId(row.node);
      const element = this.#elements.get(id) ?? { id, node: row.node, row };
      element.row = row;
      this.#elements.set(id, element);
      return element;
    });
  }

  /** Lets go of a row that is gone, with everything below it. */
  #forget(id: string): void {
    for (const below of this.#shown.get(id)?.ids ?? []) this.#forget(below);
    this.#shown.delete(id);
    this.#elements.delete(id);
    this.#expanded.delete(id);
    this.#listings.get(id)?.dispose();
    this.#listings.delete(id);
  }

  #rowsBelow(node: TreeNode): readonly TreeRow[] {
    const listing = this.#listings.get(nodeId(node))?.current;
    switch (node.kind) {
      case 'context': {
        if (listing === undefined) return [];
        const { context } = node;
        const preferred = this.#listings.get(nodeId(node))?.cluster?.defaultNamespace ?? 'default';
        return namespaceRows({ context, preferred, named: this.#deps.namedNamespaces(context) }, listing);
      }
      case 'namespace':
        return groupRows(node.context, node.namespace);
      case 'group':
        return listing === undefined ? [] : workloadRows(node, listing, this.#deps.view());
      case 'workload':
        return listing === undefined ? [] : this.#rowsOfWorkload(node, listing);
      case 'pod': {
        const pod = this.#items(nodeId(node.owner)).find(({ metadata }) => metadata.name === node.pod);
        return pod === undefined ? [] : containerRows(node, pod);
      }
      case 'container':
      case 'notice':
        return [];
    }
  }

  #rowsOfWorkload(node: WorkloadNode, listing: Listing): readonly TreeRow[] {
    if (node.group !== 'CronJob') return podRows(node, listing, this.#deps.view().now);
    return cronJobRows(node, this.workload(node)?.metadata.uid, listing, this.#deps.view());
  }

  #items(id: string): readonly KubeObject[] {
    return this.#listings.get(id)?.current?.items ?? [];
  }
}
