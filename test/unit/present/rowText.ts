import type { Row, TreeRow } from '../../../src/present/treeRow.ts';

/** A row as one line of a golden text: marker of expansion, icon, label, description, and the words of its menus. */
export function rowText(row: Row & { readonly action?: string | undefined }): string {
  const marker = { none: ' ', collapsed: '>', expanded: 'v' }[row.expansion];
  const icon = row.icon === undefined ? '' : `(${[row.icon.id, row.icon.color].filter(Boolean).join(' ')}) `;
  const description = row.description === undefined ? '' : ` -- ${row.description}`;
  const action = row.action === undefined ? '' : ` !${row.action}`;
  return `${marker} ${icon}${row.label}${description} [${row.words.join(' ')}]${action}`;
}

/** Rows as lines, ready to be compared with a golden text. */
export function rowTexts(rows: readonly TreeRow[]): string {
  return rows.map((row) => `${rowText(row)}\n`).join('');
}
