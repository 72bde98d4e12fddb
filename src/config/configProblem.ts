import { isMap, isPair, type LineCounter, type Document, type Node } from 'yaml';
import type { core } from 'zod';
import { unsupportedFields } from './unsupportedFields.ts';

/** Something in the file that cannot be used. Lines and columns count from 1; the end is exclusive. */
export interface ConfigProblem {
  /** A sentence that names the field: `containers[0].debugPort must be a port number.` */
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

type Issue = core.$ZodIssue;
type Range = readonly [number, number];

/** What a schema refused, in plain words. */
export interface Refusal {
  /** A sentence that names the field; of the whole, it begins with `whole`. */
  readonly message: string;
  readonly path: readonly PropertyKey[];
  /** The key that is meant, where the problem is the key itself. */
  readonly key: string | undefined;
}

/** The refusals of an issue. `whole` names the thing that the schema is of: `The file`; `prefix` stands before paths. */
export function refusals(issue: Issue, whole: string, prefix = ''): readonly Refusal[] {
  return plainIssues(issue).map((plain) => {
    const { path } = plain;
    const name = path.length === 0 ? '' : describe(prefix === '' ? path : [prefix, ...path]);
    if (plain.code === 'unrecognized_keys') {
      const [key = ''] = plain.keys;
      const instead = unsupportedFields.get(key);
      const said = instead === undefined ? 'is not a setting' : 'is not supported';
      const place = name === '' ? '' : ` in ${name}`;
      return { message: `${key} ${said}${place}${instead === undefined ? '' : `: ${instead}`}.`, path, key };
    }
    return { message: `${name === '' ? whole : name} ${messageOf(plain)}.`, path, key: undefined };
  });
}

/** Where in the document a refusal is. */
export function problemAt(lines: LineCounter, document: Document, { message, path, key }: Refusal): ConfigProblem {
  return problemIn(lines, key === undefined ? rangeOf(document, path) : rangeOfKey(document, path, key), message);
}

/** A problem at a range of offsets. */
export function problemIn(lines: LineCounter, [start, end]: Range, message: string): ConfigProblem {
  const from = lines.linePos(start);
  const to = lines.linePos(Math.max(start, end));
  return { message, line: from.line, column: from.col, endLine: to.line, endColumn: to.col };
}

/** `containers[0].env.PORT`. */
export function describe(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
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

function rangeOfKey(document: Document, path: readonly PropertyKey[], key: string): Range {
  return keyRange(document.getIn(path, true), key) ?? rangeOf(document, path);
}

/** The range of a key of a map. */
export function keyRange(map: unknown, key: string): Range | undefined {
  if (!isMap(map)) return undefined;
  const pair = map.items.find((item) => isPair(item) && String(item.key) === key);
  const range = (pair?.key as Node | undefined)?.range;
  return range ? [range[0], range[1]] : undefined;
}

/** The range of what stands at the path, or of the nearest thing around it. */
function rangeOf(document: Document, path: readonly PropertyKey[]): Range {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range = (node as Node | null | undefined)?.range;
    if (range) return [range[0], range[1]];
  }
  return [0, 0];
}
