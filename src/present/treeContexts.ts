import { UserError } from '../base/errors.ts';
import type { KubeContext, KubeconfigContexts } from '../cluster/core/kubeconfigContexts.ts';
import type { KubeObject } from '../cluster/core/objects.ts';
import { code, factSheet } from './markdown.ts';
import { emptyNotice, errorNotice, hiddenNamespacesNotice, kubeconfigNotice } from './treeNotices.ts';
import { groupKinds, type GroupKind, nodeId } from './treeNode.ts';
import type { TreeRow } from './treeRow.ts';

/** What is known of a list that is kept live; the same states as a cluster's live list. */
export type Listing =
  | { readonly kind: 'live'; readonly items: readonly KubeObject[] }
  | { readonly kind: 'failed'; readonly error: Error; readonly items: readonly KubeObject[] };

/** The top of the tree: the current context, then the others by name, then what cannot be used of the files. */
export function contextRows({ contexts, problems }: KubeconfigContexts): readonly TreeRow[] {
  const sorted = contexts.toSorted((a, b) => Number(b.current) - Number(a.current) || a.name.localeCompare(b.name));
  return [...sorted.map(contextRow), ...problems.map(kubeconfigNotice)];
}

/** What decides the rows below a context besides the cluster's own list. */
export interface NamespaceChoice {
  readonly context: string;
  /** The namespace that the context names. */
  readonly preferred: string;
  /** Namespaces that the user named. */
  readonly named: readonly string[];
}

/**
 * The namespaces of a context: the context's own first, system namespaces last. Who may not list them sees those named
 * by the context and by hand, and a row that takes another name.
 */
export function namespaceRows(choice: NamespaceChoice, listing: Listing): readonly TreeRow[] {
  const place = { parent: nodeId({ kind: 'context', context: choice.context }), context: choice.context };
  const listed = listing.items.map((item) => item.metadata.name);
  if (listing.kind === 'live') {
    const rows = orderedNamespaces(choice, [...listed, ...choice.named.filter((name) => !listed.includes(name))]);
    const known = new Set(listed);
    return rows.map((name) => namespaceRow(choice, name, known.has(name)));
  }
  if (listing.error instanceof UserError && listing.error.code === 'cluster.forbidden') {
    const names = orderedNamespaces(choice, [...new Set([choice.preferred, ...choice.named])]);
    return [...names.map((name) => namespaceRow(choice, name, true)), hiddenNamespacesNotice(place, listing.error)];
  }
  return [
    errorNotice(place, listing.error),
    ...orderedNamespaces(choice, listed).map((name) => namespaceRow(choice, name, true)),
  ];
}

/** The kinds of workload in a namespace; their content is fetched when they are opened. */
export function groupRows(context: string, namespace: string): readonly TreeRow[] {
  return groupKinds.map((group) => {
    const label = groupTitle(group);
    return {
      node: { kind: 'group', context, namespace, group },
      label,
      description: undefined,
      icon: { id: groupIcon(group) },
      tooltip: factSheet(label, [['Namespace', code(namespace)]]),
      accessibleLabel: `${label} in namespace ${namespace}`,
      expansion: group === 'Deployment' ? 'expanded' : 'collapsed',
      words: ['group', group],
      action: undefined,
    };
  });
}

/** `Deployments`. */
export function groupTitle(group: GroupKind): string {
  return `${group}s`;
}

/** The icon of a kind of workload. */
export function groupIcon(group: GroupKind): string {
  return {
    Deployment: 'layers',
    StatefulSet: 'database',
    DaemonSet: 'server-process',
    Job: 'tasklist',
    CronJob: 'calendar',
  }[group];
}

/** The row below a kind that has no workload. */
export function noWorkloadsRow(context: string, namespace: string, group: GroupKind): TreeRow {
  const parent = nodeId({ kind: 'group', context, namespace, group });
  return emptyNotice({ parent, context }, `No ${groupTitle(group)} in ${namespace}`);
}

function contextRow(context: KubeContext): TreeRow {
  return {
    node: { kind: 'context', context: context.name },
    label: context.name,
    description: context.current ? 'current' : undefined,
    icon: { id: 'server-environment' },
    tooltip: factSheet(context.name, [
      ['Server', code(context.server)],
      ['User', context.user === undefined ? undefined : code(context.user)],
      ['Namespace', context.namespace === undefined ? undefined : code(context.namespace)],
      ['Kubeconfig', code(context.file)],
    ]),
    accessibleLabel: `Context ${context.name}${context.current ? ', current' : ''}`,
    expansion: 'collapsed',
    words: ['context', ...(context.current ? ['current'] : [])],
    action: undefined,
  };
}

function namespaceRow(choice: NamespaceChoice, namespace: string, known: boolean): TreeRow {
  const named = choice.named.includes(namespace);
  const preferred = namespace === choice.preferred;
  const description = !known ? 'not found' : preferred && namespace !== 'default' ? 'default' : undefined;
  return {
    node: { kind: 'namespace', context: choice.context, namespace },
    label: namespace,
    description,
    icon: { id: 'symbol-namespace' },
    tooltip: factSheet(namespace, [
      ['Context', code(choice.context)],
      ['Note', preferred ? "the context's own namespace" : undefined],
      ['Status', known ? undefined : 'does not exist in the cluster'],
    ]),
    accessibleLabel: `Namespace ${namespace}${description === undefined ? '' : `, ${description}`}`,
    expansion: 'collapsed',
    words: ['namespace', ...(named ? ['named'] : [])],
    action: undefined,
  };
}

function orderedNamespaces(choice: NamespaceChoice, names: readonly string[]): readonly string[] {
  const rank = (name: string): number => (name === choice.preferred ? 0 : name.startsWith('kube-') ? 2 : 1);
  return names.toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}
