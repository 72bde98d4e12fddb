import { isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { type ConfigFile, configSchema, entrySchema } from './configSchema.ts';
import { type ConfigProblem, describe, keyRange, problemAt, problemIn, refusals } from './configProblem.ts';
import { substituteDocument, type Variables } from './substituteEnv.ts';

/** Where the file lies, relative to the synced folder. */
export const configPath = '.podloop/config.yaml';

/** What is known of an entry's place in its text. */
export interface EntryPlace {
  /** Lines of its settings, from 1. */
  readonly lines: Readonly<Record<string, number>>;
  /** Settings that were left out because they name variables which cannot be used. */
  readonly problems: readonly ConfigProblem[];
}

export type ParsedConfig =
  | {
      readonly kind: 'config';
      readonly config: ConfigFile;
      /** In the order of the entries. */
      readonly places: readonly EntryPlace[];
    }
  | { readonly kind: 'problems'; readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] };

/** Reads the text of `.podloop/config.yaml`, or of another source of the same form. */
export function parseConfig(text: string, variables: Variables = {}): ParsedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [first, ...rest] = document.errors.map((error) => problemIn(lines, error.pos, sentence(error.message)));
  if (first !== undefined) return { kind: 'problems', problems: [first, ...rest] };
  const unusable = substituteDocument(document, variables).map(({ path, range, reason }) => ({
    path,
    problem: problemIn(lines, range, `${describe(path)} ${reason}.`),
  }));
  const { data, error } = configSchema.safeParse(toValue(document));
  if (data !== undefined) {
    const places = data.containers.map((_, index): EntryPlace => ({
      lines: linesOf(lines, document, index),
      problems: unusable.flatMap(({ path, problem }) => (entryOf(path) === index ? [problem] : [])),
    }));
    return { kind: 'config', config: data, places };
  }
  const found = error.issues.flatMap((issue) => refusals(issue, 'The file'));
  const [issue, ...issues] = [
    ...unusable.map(({ problem }) => problem),
    ...found.map((refusal) => problemAt(lines, document, refusal)),
  ];
  if (issue === undefined) throw new Error('A refused file has at least one issue', { cause: error });
  return { kind: 'problems', problems: [issue, ...issues] };
}

/** An alias bomb or a wrong alias fails only when the document becomes a value; it then counts as nothing. */
function toValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

/** The number of the entry that a path leads into; a single entry needs no list. */
function entryOf([top, index]: readonly (string | number)[]): number | undefined {
  if (top !== 'containers') return undefined;
  return typeof index === 'number' ? index : 0;
}

function linesOf(lines: LineCounter, document: Document, index: number): Readonly<Record<string, number>> {
  const single = document.getIn(['containers'], true);
  const map = document.getIn(['containers', index], true) ?? single;
  const keys = Object.keys(entrySchema.shape);
  return Object.fromEntries(
    keys.flatMap((key) => {
      const range = isScalar(map) ? undefined : keyRange(map, key);
      return range === undefined ? [] : [[key, lines.linePos(range[0]).line]];
    }),
  );
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
