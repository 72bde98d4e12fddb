/**
 * Variables of an env file: `NAME=value` by lines, with `export`, comments and quotes as shells have them. Lines of
 * another form are left out.
 */
export function parseEnvFile(text: string): Readonly<Record<string, string>> {
  const entries = text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const [, name, raw = ''] = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, unquoted(raw)]];
  });
  return Object.fromEntries(entries);
}

function unquoted(raw: string): string {
  const [, quote, inner] = /^(["'])(.*)\1(?:\s+#.*)?$/.exec(raw) ?? [];
  if (quote === "'" && inner !== undefined) return inner;
  if (quote === '"' && inner !== undefined)
    return inner.replace(/\\([nrt"\\$])/g, (_, character: string) => unescape(character));
  return raw.replace(/(^|\s+)#.*$/, '');
}

function unescape(character: string): string {
  const special: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return special[character] ?? character;
}
