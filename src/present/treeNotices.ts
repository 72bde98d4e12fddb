import { type Remedy, toError, UserError } from '../base/errors.ts';
import type { KubeconfigProblem } from '../cluster/core/kubeconfigFile.ts';
import { code, escapeMarkdown } from './markdown.ts';
import type { NoticeNode } from './treeNode.ts';
import type { RowAction, RowIcon, TreeRow } from './treeRow.ts';

const warning: RowIcon = { id: 'warning', color: 'list.warningForeground' };

/** Short words for the failures that a tree meets; anything else shows its own message. */
const titles: Readonly<Record<string, { readonly label: string; readonly icon: RowIcon }>> = {
  'cluster.unreachable': {
    label: 'Cluster cannot be reached',
    icon: { id: 'debug-disconnect', color: 'list.warningForeground' },
  },
  'cluster.timeout': {
    label: 'Cluster does not answer',
    icon: { id: 'debug-disconnect', color: 'list.warningForeground' },
  },
  'cluster.login-expired': { label: 'Login has expired', icon: { id: 'key', color: 'list.warningForeground' } },
  'cluster.server': { label: 'API server reports an error', icon: warning },
  'cluster.login': { label: 'Login failed', icon: { id: 'key', color: 'list.warningForeground' } },
  'cluster.certificate': { label: 'Certificate is not trusted', icon: { id: 'shield', color: 'list.errorForeground' } },
  'cluster.forbidden': { label: 'No permission', icon: { id: 'lock', color: 'list.warningForeground' } },
};

/** Where a notice stands and what its remedies act on. */
export interface NoticePlace {
  /** Id of the row above; '' at the root. */
  readonly parent: string;
  readonly context: string | undefined;
}

/** The row that says why something cannot be shown, and offers the next step. */
export function errorNotice(place: NoticePlace, error: unknown): TreeRow {
  const userError = error instanceof UserError ? error : undefined;
  const reason = toError(error).message;
  const kind = userError?.code ?? 'unexpected';
  const title = titles[kind] ?? { label: reason, icon: warning };
  const remedies = userError?.remedies ?? [{ kind: 'retry' }];
  const actions = [...new Set([...remedies.flatMap(actionOf), 'retry' as const])];
  const file = remedies.find((remedy) => remedy.kind === 'openFile')?.path;
  const rule = ruleOf(remedies);
  const own = titles[kind] === undefined;
  return notice({
    node: { kind: 'notice', ...place, code: kind, file, line: undefined, rule },
    label: title.label,
    description: own ? undefined : reason,
    icon: title.icon,
    detail: [reason, userError?.next].filter((line) => line !== undefined),
    actions,
  });
}

/** The row of a kubeconfig file, or a part of one, that cannot be used; opening the row opens the place. */
export function kubeconfigNotice({ file, line, message }: KubeconfigProblem): TreeRow {
  const name = file.split(/[\\/]/).at(-1) ?? file;
  return notice({
    node: { kind: 'notice', parent: '', code: 'kubeconfig', context: undefined, file, line, rule: undefined },
    label: line === undefined ? name : `${name}:${line}`,
    description: message,
    icon: warning,
    detail: ['This kubeconfig file cannot be used as it is.', message],
    actions: ['openFile', 'retry'],
  });
}

/** The row below which nothing is, such as a kind without workloads. */
export function emptyNotice(place: NoticePlace, label: string): TreeRow {
  return notice({
    node: { kind: 'notice', ...place, code: 'empty', file: undefined, line: undefined, rule: undefined },
    label,
    description: undefined,
    icon: undefined,
    detail: [label],
    actions: [],
  });
}

/** The row for a user who may not list namespaces: opening it asks for the name of one. */
export function hiddenNamespacesNotice(place: NoticePlace, error: Error): TreeRow {
  const rule = error instanceof UserError ? ruleOf(error.remedies) : undefined;
  return notice({
    node: { kind: 'notice', ...place, code: 'namespaces.forbidden', file: undefined, line: undefined, rule },
    label: 'Other namespaces are not listed',
    description: 'use one by its name',
    icon: { id: 'lock' },
    detail: [error.message, 'If you have rights in a namespace, add it by its name.'],
    actions: ['useNamespace', ...(rule === undefined ? [] : (['copyRule'] as const)), 'retry'],
  });
}

interface NoticeText {
  readonly node: NoticeNode;
  readonly label: string;
  readonly description: string | undefined;
  readonly icon: RowIcon | undefined;
  readonly detail: readonly string[];
  readonly actions: readonly RowAction[];
}

function notice({ node, label, description, icon, detail, actions }: NoticeText): TreeRow {
  const lines = detail.map(escapeMarkdown);
  if (node.file !== undefined) lines.push(code(node.file));
  return {
    node,
    label,
    description,
    icon,
    tooltip: lines.join('\n\n'),
    accessibleLabel: [label, ...(description === undefined ? [] : [description])].join(', '),
    expansion: 'none',
    words: ['notice', ...actions],
    action: actions[0],
  };
}

function ruleOf(remedies: readonly Remedy[]): string | undefined {
  return remedies.find((remedy) => remedy.kind === 'copyText')?.text;
}

function actionOf(remedy: Remedy): readonly RowAction[] {
  switch (remedy.kind) {
    case 'retry':
    case 'openFile':
    case 'refreshLogin':
    case 'addKubeconfig':
      return [remedy.kind];
    case 'nameNamespace':
      return ['useNamespace'];
    case 'copyText':
      return ['copyRule'];
    case 'showLog':
    case 'openSettings':
    case 'podLogs':
    case 'endDevMode':
    case 'reconnect':
    case 'resumeSync':
      return [];
  }
}
