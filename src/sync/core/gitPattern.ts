/** One line of an ignore file. */
export interface GitPattern {
  /** Whether it takes back what an earlier line ignores. */
  readonly takesBack: boolean;
  /** Whether it is about folders only. */
  readonly foldersOnly: boolean;
  /**
   * Whether it is about this path. `name` is the last component, `relative` the path below the folder of the ignore
   * file; both in the form that `gitText` gives.
   */
  matches(name: string, relative: string): boolean;
}

/** Text as git sees it: one character per byte; without regard to ASCII case if that is wanted. */
export function gitText(text: string, ignoreCase: boolean): string {
  const bytes = isAscii(text)
    ? text
    : encodeURIComponent(text).replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return folded(bytes, ignoreCase);
}

function folded(bytes: string, ignoreCase: boolean): string {
  return ignoreCase ? bytes.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : bytes;
}

/** Reads one line of an ignore file; `undefined` when it has no pattern. */
export function gitPattern(line: string, ignoreCase: boolean): GitPattern | undefined {
  if (line === '' || line.startsWith('#')) return undefined;
  const whole = withoutTrailingSpaces(gitText(line, false));
  const takesBack = whole.startsWith('!');
  const positive = takesBack ? whole.slice(1) : whole;
  const foldersOnly = positive.endsWith('/');
  const pattern = foldersOnly ? positive.slice(0, -1) : positive;
  const matches = pattern.includes('/') ? pathMatcher(pattern, ignoreCase) : nameMatcher(pattern, ignoreCase);
  return { takesBack, foldersOnly, matches };
}

/** A pattern without a slash is about the last component, at any depth. */
function nameMatcher(pattern: string, ignoreCase: boolean): GitPattern['matches'] {
  if (!/[*?[\\]/.test(pattern)) {
    const literal = folded(pattern, ignoreCase);
    return (name) => name === literal;
  }
  if (/^\*[^*?[\\]*$/.test(pattern)) {
    const ending = folded(pattern.slice(1), ignoreCase);
    return (name) => name.endsWith(ending);
  }
  const expression = glob(pattern, { pathWise: false, ignoreCase });
  return (name) => expression.test(name);
}

/** A pattern with a slash is about a path below the ignore file's folder. */
function pathMatcher(pattern: string, ignoreCase: boolean): GitPattern['matches'] {
  const anchored = pattern.startsWith('/') ? pattern.slice(1) : pattern;
  const special = anchored.search(/[*?[\\]/);
  // Git compares what comes before the first special character by itself and reads the rest as a pattern of its own.
  const literal = folded(special < 0 ? anchored : anchored.slice(0, special), ignoreCase);
  if (special < 0) return (_name, relative) => relative === literal;
  const expression = glob(anchored.slice(special), { pathWise: true, ignoreCase });
  return (_name, relative) => relative.startsWith(literal) && expression.test(relative.slice(literal.length));
}

interface GlobOptions {
  /** Whether `*` stops at a slash. */
  readonly pathWise: boolean;
  readonly ignoreCase: boolean;
}

const never = /(?!)/;

/** The regular expression for a pattern. */
function glob(pattern: string, options: GlobOptions): RegExp {
  const one = options.pathWise ? '[^/]' : '[^]';
  let source = '';
  for (let at = 0; at < pattern.length;) {
    const character = pattern.charAt(at);
    if (character === '*') {
      const stars = starsAt(pattern, at, options.pathWise);
      source += stars.source;
      at = stars.end;
    } else if (character === '?') {
      source += one;
      at++;
    } else if (character === '[') {
      const found = characterClass(pattern, at + 1, options);
      if (found === undefined) return never;
      source += found.source;
      at = found.end;
    } else if (character === '\\') {
      if (at + 1 === pattern.length) return never;
      source += escaped(folded(pattern.charAt(at + 1), options.ignoreCase));
      at += 2;
    } else {
      source += escaped(folded(character, options.ignoreCase));
      at++;
    }
  }
  return new RegExp(`^${source}$`);
}

/** One or more stars. Two between slashes or ends stand for any number of folders. */
function starsAt(pattern: string, start: number, pathWise: boolean): { readonly source: string; readonly end: number } {
  let end = start;
  while (pattern.charAt(end) === '*') end++;
  if (!pathWise) return { source: '[^]*', end };
  const rest = pattern.slice(end);
  const bounded = start === 0 || pattern.charAt(start - 1) === '/';
  if (end - start === 1 || !bounded) return { source: '[^/]*', end };
  if (rest.startsWith('/')) return { source: '(?:[^]*/)?', end: end + 1 };
  return { source: rest === '' || rest.startsWith('\\/') ? '[^]*' : '[^/]*', end };
}

const namedClasses: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[\0-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[\x21-\x7e]/,
  lower: /[a-z]/,
  print: /[\x20-\x7e]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t-\r ]/,
  upper: /[A-Z]/,
  xdigit: /[A-Fa-f0-9]/,
};

/** A set in brackets, given what follows the opening one; `undefined` when it never ends or names an unknown class. */
function characterClass(
  pattern: string,
  start: number,
  { pathWise, ignoreCase }: GlobOptions,
): { readonly source: string; readonly end: number } | undefined {
  const negated = pattern.charAt(start) === '!' || pattern.charAt(start) === '^';
  const members: ((character: string) => boolean)[] = [];
  let before = '';
  let at = negated ? start + 1 : start;
  for (let first = true; first || pattern.charAt(at) !== ']'; first = false) {
    const member = takeMember(pattern, at, before, ignoreCase);
    if (member === undefined) return undefined;
    members.push(member.has);
    before = member.before;
    at = member.end;
  }
  let source = '';
  for (let code = 1; code < 256; code++) {
    const character = String.fromCharCode(code);
    if (members.some((has) => has(character)) === negated || (pathWise && character === '/')) continue;
    source += `\\x${code.toString(16).padStart(2, '0')}`;
  }
  return { source: `[${source}]`, end: at + 1 };
}

interface Member {
  readonly has: (character: string) => boolean;
  /** What a following `-` begins its range with; '' for nothing. */
  readonly before: string;
  readonly end: number;
}

/** One member of a set: a character, the end of a range that `before` begins, or a named class. */
function takeMember(pattern: string, at: number, before: string, ignoreCase: boolean): Member | undefined {
  const character = pattern.charAt(at);
  if (character === '') return undefined;
  const next = pattern.charAt(at + 1);
  if (character === '\\') return next === '' ? undefined : { has: (one) => one === next, before: next, end: at + 2 };
  if (character === '-' && before !== '' && next !== '' && next !== ']') {
    const last = next === '\\' ? pattern.charAt(at + 2) : next;
    if (last === '') return undefined;
    const isInside = (one: string): boolean => one >= before && one <= last;
    const has = (one: string): boolean =>
      isInside(one) || (ignoreCase && /[a-z]/.test(one) && isInside(one.toUpperCase()));
    return { has, before: '', end: next === '\\' ? at + 3 : at + 2 };
  }
  if (character === '[' && next === ':') {
    const close = pattern.indexOf(']', at + 2);
    if (close < 0) return undefined;
    if (close > at + 2 && pattern.charAt(close - 1) === ':') {
      const name = pattern.slice(at + 2, close - 1);
      const expression = namedClasses[name];
      if (expression === undefined) return undefined;
      const wide = ignoreCase && name === 'upper' ? /[A-Za-z]/ : expression;
      return { has: (one) => wide.test(one), before: '', end: close + 1 };
    }
  }
  return { has: (one) => one === character, before: character, end: at + 1 };
}

/** Spaces at the end of a line do not count, unless a backslash is before them. */
function withoutTrailingSpaces(line: string): string {
  let end = 0;
  for (let at = 0; at < line.length; at++) {
    if (line.charAt(at) === '\\') end = Math.min(++at + 1, line.length);
    else if (line.charAt(at) !== ' ') end = at + 1;
  }
  return line.slice(0, end);
}

function escaped(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
