import { isMap, isPair, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { core } from 'zod';
import { type ConfigFile, configSchema } from './configSchema.ts';

/** Where the file lies, relative to the synced folder. */
export const configPath = '.podloop/config.yaml';

/** Something in the file that cannot be used. Lines and columns count from 1; the end is exclusive. */
export interface ConfigProblem {
  /** A sentence that names the field: `containers[0].debugPort must be a port number.` */
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export type ParsedConfig =
  | { readonly kind: 'config'; readonly config: ConfigFile }
  | { readonly kind: 'problems'; readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] };

/** Reads the text of `.podloop/config.yaml`. */
export function parseConfig(text: string): ParsedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [first, ...rest] = document.errors.map((error) => problem(lines, error.pos, sentence(error.message)));
  if (first !== undefined) return { kind: 'problems', problems: [first, ...rest] };
  const { data, error } = configSchema.safeParse(toValue(document));
  if (data !== undefined) return { kind: 'config', config: data };
  const [issue, ...issues] = error.issues.flatMap(plainIssues).map((found) => atIssue(lines, document, found));
  if (issue === undefined) throw new Error('A refused file has at least one issue', { cause: error });
  return { kind: 'problems', problems: [issue, ...issues] };
}

type Issue = core.$ZodIssue;

/** An alias bomb or a wrong alias fails only when the document becomes a value; it then counts as nothing. */
function toValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

/** Of a choice between shapes, the issues of the shape that was meant: the first one that is not of another type. */
function plainIssues(issue: Issue): Issue[] {
  if (issue.code === 'invalid_key') return issue.issues.map((inner) => ({ ...inner, path: issue.path }));
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.find(
    (issues) => !issues.every(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
  if (meant === undefined) return [issue];
  return meant.flatMap((inner) => plainIssues({ ...inner, path: [...issue.path, ...inner.path] }));
}

function atIssue(lines: LineCounter, document: Document, issue: Issue): ConfigProblem {
  const name = describe(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const inside = name === '' ? '' : ` in ${name}`;
    return problem(lines, rangeOfKey(document, issue.path, key), `${key} is not a setting${inside}.`);
  }
  return problem(lines, rangeOf(document, issue.path), `${name === '' ? 'The file' : name} ${messageOf(issue)}.`);
}

/** What a type is called where the schema has no words of its own. */
const typeNames: Readonly<Record<string, string>> = {
  object: 'must hold settings',
  record: 'must hold names and values',
  array: 'must be a list',
  string: 'must be a text',
};

function messageOf(issue: Issue): string {
  if (issue.message.startsWith('must')) return issue.message;
  const name = issue.code === 'invalid_type' ? typeNames[issue.expected] : undefined;
  return name ?? `is not valid: ${issue.message}`;
}

function rangeOfKey(document: Document, path: readonly PropertyKey[], key: string): readonly [number, number] {
  const map = document.getIn(path, true);
  if (isMap(map)) {
    const pair = map.items.find((item) => isPair(item) && String(item.key) === key);
    const range = (pair?.key as Node | undefined)?.range;
    if (range) return [range[0], range[1]];
  }
  return rangeOf(document, path);
}

/** The range of what stands at the path, or of the nearest thing around it. */
function rangeOf(document: Document, path: readonly PropertyKey[]): readonly [number, number] {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range = (node as Node | null | undefined)?.range;
    if (range) return [range[0], range[1]];
  }
  return [0, 0];
}

function problem(lines: LineCounter, [start, end]: readonly [number, number], message: string): ConfigProblem {
  const from = lines.linePos(start);
  const to = lines.linePos(Math.max(start, end));
  return { message, line: from.line, column: from.col, endLine: to.line, endColumn: to.col };
}

function describe(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
