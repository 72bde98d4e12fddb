import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts';
import { textField } from './fields.ts';

/** Something in a kubeconfig file that cannot be used. */
export interface KubeconfigProblem {
  readonly file: string;
  /** Counted from 1; absent when the file as a whole is meant. */
  readonly line: number | undefined;
  readonly message: string;
}

/** One named entry of a kubeconfig file: a cluster, a user or a context. */
export interface KubeconfigEntry {
  readonly name: string;
  readonly body: JsonObject;
  readonly file: string;
  readonly line: number;
}

/** What one kubeconfig file says. */
export interface KubeconfigFile {
  readonly file: string;
  readonly currentContext: string | undefined;
  readonly clusters: readonly KubeconfigEntry[];
  readonly users: readonly KubeconfigEntry[];
  readonly contexts: readonly KubeconfigEntry[];
  readonly problems: readonly KubeconfigProblem[];
}

/** Reads the text of a kubeconfig file. What cannot be read becomes a problem; the rest still counts. */
export function readKubeconfigFile(file: string, text: string): KubeconfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const message = broken.message.split('\n', 1)[0] ?? broken.message;
    return failed(file, broken.linePos?.[0].line, message.replace(/ at line \d+, column \d+:?$/, ''));
  }
  const content = document.contents;
  const empty = content === null || (isScalar(content) && content.value === null);
  if (!empty && !isMap(content)) return failed(file, 1, 'This is not a kubeconfig file: it holds no keys.');

  const problems: KubeconfigProblem[] = [];
  const list = (key: string, inner: string): readonly KubeconfigEntry[] =>
    readEntries({ document, lines, file, key, inner, problems });
  const current = document.get('current-context');
  return {
    file,
    currentContext: typeof current === 'string' && current !== '' ? current : undefined,
    clusters: list('clusters', 'cluster'),
    users: list('users', 'user'),
    contexts: list('contexts', 'context'),
    problems,
  };
}

interface EntryReading {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly file: string;
  readonly key: string;
  readonly inner: string;
  readonly problems: KubeconfigProblem[];
}

function readEntries({ document, lines, file, key, inner, problems }: EntryReading): readonly KubeconfigEntry[] {
  const node = document.get(key, true);
  const lineOf = (value: unknown): number => (isNode(value) ? lines.linePos(value.range?.[0] ?? 0).line : 1);
  if (node === undefined || (isScalar(node) && node.value === null)) return [];
  if (!isSeq(node)) {
    problems.push({ file, line: lineOf(node), message: `'${key}' must be a list.` });
    return [];
  }
  return node.items.flatMap((item, index) => {
    const line = lineOf(item);
    // The document was parsed from YAML, so its plain form is JSON.
    const value = isNode(item) ? (item.toJS(document) as Json) : null;
    const name = isJsonObject(value) ? textField(value.name) : undefined;
    if (name === undefined || !isJsonObject(value)) {
      problems.push({ file, line, message: `Entry ${index + 1} of '${key}' has no name.` });
      return [];
    }
    // Users of `kubectl config set-context` may leave a body out altogether.
    const body = value[inner] ?? {};
    if (isJsonObject(body)) return [{ name, body, file, line }];
    problems.push({ file, line, message: `'${inner}' of ${name} must hold keys.` });
    return [];
  });
}

function failed(file: string, line: number | undefined, message: string): KubeconfigFile {
  return {
    file,
    currentContext: undefined,
    clusters: [],
    users: [],
    contexts: [],
    problems: [{ file, line, message }],
  };
}
