/** Kinds of workload that the tree groups by, in the order shown. */
export const groupKinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'] as const;
export type GroupKind = (typeof groupKinds)[number];

/** What a row of the tree stands for; enough to act on it without the row. */
export type TreeNode =
  | { readonly kind: 'context'; readonly context: string }
  | { readonly kind: 'namespace'; readonly context: string; readonly namespace: string }
  | { readonly kind: 'group'; readonly context: string; readonly namespace: string; readonly group: GroupKind }
  | WorkloadNode
  | PodNode
  | (Omit<PodNode, 'kind'> & { readonly kind: 'container'; readonly container: string })
  | NoticeNode;

export interface WorkloadNode {
  readonly kind: 'workload';
  readonly context: string;
  readonly namespace: string;
  readonly group: GroupKind;
  readonly name: string;
  /** The CronJob that made this Job. */
  readonly cronJob?: string;
}

export interface PodNode {
  readonly kind: 'pod';
  readonly owner: WorkloadNode;
  readonly pod: string;
}

/** A row that says something about its parent instead of naming an object. */
export interface NoticeNode {
  readonly kind: 'notice';
  /** Id of the row below which it stands; '' is the root. */
  readonly parent: string;
  readonly code: string;
  /** The context it speaks of, where its remedies need one. */
  readonly context: string | undefined;
  /** The file it speaks of. */
  readonly file: string | undefined;
  /** Counted from 1. */
  readonly line: number | undefined;
  /** A manifest that would grant the right which is missing. */
  readonly rule: string | undefined;
}

/** A path-like id, stable over reloads. The id of a row's parent is a prefix of its own. */
export function nodeId(node: TreeNode): string {
  return node.kind === 'notice'
    ? join(node.parent, `!${node.code}`, node.file ?? '', `${node.line ?? ''}`)
    : partsOf(node).map(escape).join('/');
}

/** The name of what a row stands for, as a command line takes it. */
export function nodeName(node: Exclude<TreeNode, NoticeNode>): string {
  switch (node.kind) {
    case 'context':
      return node.context;
    case 'namespace':
      return node.namespace;
    case 'group':
      return node.group;
    case 'workload':
      return node.name;
    case 'pod':
      return node.pod;
    case 'container':
      return node.container;
  }
}

/** Ids of all rows above the one with this id, the topmost first. */
export function ancestorIds(id: string): readonly string[] {
  const parts = id.split('/');
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/**
 * The rows whose content must be live: those expanded, with everything above them expanded too, in a view that is
 * visible. Rows that a collapsed parent hides cost nothing.
 */
export function liveRows(expanded: ReadonlySet<string>, visible: boolean): ReadonlySet<string> {
  if (!visible) return new Set();
  return new Set([...expanded].filter((id) => ancestorIds(id).every((above) => expanded.has(above))));
}

/** The node above, or `undefined` at the root. */
export function parentNode(node: TreeNode): TreeNode | undefined {
  switch (node.kind) {
    case 'context':
    case 'notice':
      return undefined;
    case 'namespace':
      return { kind: 'context', context: node.context };
    case 'group':
      return { kind: 'namespace', context: node.context, namespace: node.namespace };
    case 'workload': {
      const { context, namespace, cronJob } = node;
      if (cronJob === undefined) return { kind: 'group', context, namespace, group: node.group };
      return { kind: 'workload', context, namespace, group: 'CronJob', name: cronJob };
    }
    case 'pod':
      return node.owner;
    case 'container':
      return { kind: 'pod', owner: node.owner, pod: node.pod };
  }
}

function partsOf(node: Exclude<TreeNode, NoticeNode>): readonly string[] {
  switch (node.kind) {
    case 'context':
      return [node.context];
    case 'namespace':
      return [node.context, node.namespace];
    case 'group':
      return [node.context, node.namespace, node.group];
    case 'workload': {
      const path = [node.context, node.namespace];
      return node.cronJob === undefined
        ? [...path, node.group, node.name]
        : [...path, 'CronJob', node.cronJob, node.name];
    }
    case 'pod':
      return [...partsOf(node.owner), node.pod];
    case 'container':
      return [...partsOf(node.owner), node.pod, node.container];
  }
}

/** Slashes separate the parts of an id, so a part must not contain one. */
function escape(part: string): string {
  return part.replaceAll('%', '%25').replaceAll('/', '%2F');
}

function join(parent: string, ...parts: readonly string[]): string {
  const own = parts.map(escape).join(':');
  return parent === '' ? own : `${parent}/${own}`;
}
