/** Text that shows as itself inside Markdown. Names from a cluster must not become links, images or commands. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-!~|<>$&]/g, '\\$&').replaceAll('\n', ' ');
}

/** Text in the code font, whatever it contains. */
export function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${text.replaceAll('\n', ' ')}${pad}${fence}`;
}

/** A tooltip: a bold title, then one line per fact; facts without a value are left out. */
export function factSheet(
  title: string,
  facts: readonly (readonly [name: string, value: string | undefined])[],
): string {
  const lines = facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return [`**${escapeMarkdown(title)}**`, ...(lines.length > 0 ? [lines.join('  \n')] : [])].join('\n\n');
}
