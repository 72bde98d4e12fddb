/** Patterns as in `.gitignore`, and what of the old ones cannot be said in them. */
export interface TranslatedPatterns {
  readonly ignore: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Translates lists of what is synced and what is not. The old rules are Syncthing's: the first pattern that fits
 * decides, and one with a slash inside fits at any depth; git's are the other way round in both.
 */
export function translatePatterns(included: readonly string[], ignored: readonly string[]): TranslatedPatterns {
  const include = included.map(rooted);
  const isEverything =
    include.length === 0 || include.some((pattern) => ['', '.', '/', '*', '**', '/**'].includes(pattern));
  const complicated = include.find((pattern) => !/^\/[^*?[\]!()]+$/.test(pattern));
  const notes: string[] = [];
  const only: string[] = [];
  if (!isEverything && complicated !== undefined) {
    notes.push(`filePattern is not used: ${complicated} is no plain path from the folder, such as ./src. Use ignore.`);
  } else if (!isEverything) only.push(...onlyThese(include));
  const ignore = ignored.map(rooted).flatMap((pattern) => {
    const plain = pattern.replace(/^\(\?d\)/, '');
    if (plain === '' || plain.startsWith('//')) return [];
    if (!plain.startsWith('(?') && !plain.startsWith('#include')) return [anyDepth(plain)];
    notes.push(`ignoreFilePattern ${pattern} is not used: it has no counterpart in git's rules.`);
    return [];
  });
  return { ignore: [...only, ...ignore.toReversed()], notes };
}

/** `./src/` means `/src`. */
function rooted(pattern: string): string {
  return pattern
    .trim()
    .replace(/^(!?)\.\//, '$1/')
    .replace(/(?<=.)\/$/, '');
}

/** Ignores everything on the way to the paths, level by level, since git never looks into an ignored folder. */
function onlyThese(paths: readonly string[]): readonly string[] {
  const lines = new Set<string>(['/*']);
  for (const path of paths.filter((one) => !paths.some((other) => one.startsWith(`${other}/`)))) {
    const parts = path.split('/').slice(1);
    for (let length = 1; length <= parts.length; length += 1) {
      const prefix = `/${parts.slice(0, length).join('/')}`;
      if (length > 1) lines.add(`${prefix.slice(0, prefix.lastIndexOf('/'))}/*`);
      lines.add(`!${prefix}`);
    }
  }
  return [...lines];
}

function anyDepth(pattern: string): string {
  const [, sign = '', body = ''] = /^(!?)(.*)$/s.exec(pattern) ?? [];
  return body.includes('/') && !body.startsWith('/') && !body.startsWith('**/') ? `${sign}**/${body}` : pattern;
}
