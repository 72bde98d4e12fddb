import { escapeMarkdown } from './markdown.ts';
import type { SyncNode, SyncRow } from './syncNode.ts';

/** A row that only says something; `rest` adds what it shows or does besides. */
export function plainRow(node: SyncNode, label: string, rest: Partial<SyncRow> = {}): SyncRow {
  const { description } = rest;
  return {
    node,
    label,
    description: undefined,
    icon: undefined,
    tooltip: escapeMarkdown(label),
    accessibleLabel: description === undefined ? label : `${label}, ${description}`,
    expansion: 'none',
    words: [node.kind],
    file: undefined,
    action: undefined,
    ...rest,
  };
}
