import { isMap, isPair, isScalar, isSeq, type Node, type Document, type Scalar } from 'yaml';

/** Variables of the developer's machine; `refused` where a file from elsewhere must not ask for them. */
export type Variables = Readonly<Record<string, string | undefined>> | 'refused';

/** A place whose text names a variable that cannot be used, and why, as a clause: `names X, which is not set`. */
export interface UnusableVariable {
  readonly path: readonly (string | number)[];
  readonly range: readonly [number, number];
  readonly reason: string;
}

const pattern = /(\$?)\$\{env:([^}]*)(\}|$)/g;
const whole = /^\$\{env:[^}]*\}$/;
const inner = /^([A-Za-z_]\w*)(?::-(.*))?$/s;

/**
 * The text with `${env:NAME}` and `${env:NAME:-default}` replaced; the default counts where the variable is not set or
 * empty. `$${env:` stands for `${env:` itself. Everything else, such as the shell's `${NAME}`, stays as it is.
 */
export function substituteText(text: string, variables: Variables): { text: string; problems: readonly string[] } {
  const problems: string[] = [];
  const result = text.replace(pattern, (found: string, escape: string, name: string, end: string) => {
    if (escape !== '') return found.slice(1);
    const [, variable, fallback] = (end === '' ? undefined : inner.exec(name)) ?? [];
    if (variable === undefined) {
      problems.push(`holds ${found}, which must be written as \${env:NAME} or \${env:NAME:-default}`);
      return '';
    }
    if (variables === 'refused') {
      problems.push(`names ${variable}, but what comes from the cluster cannot ask for variables of your machine`);
      return '';
    }
    const value = Object.hasOwn(variables, variable) ? variables[variable] : undefined;
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
    if (value === undefined) {
      problems.push(
        `names the environment variable ${variable}, which is not set; \${env:${variable}:-default} has a default`,
      );
    }
    return value ?? '';
  });
  return { text: result, problems };
}

/** Keys whose values tell what an entry is for: without a value they must match nothing rather than everything. */
const selectors: readonly unknown[] = ['workload', 'container', 'kind'];

/**
 * Replaces variables in every text of the document, in place. What names an unusable one is taken out, so that the rest
 * can be read. An unquoted text that is one variable counts as YAML would count its value: as a number, for example.
 */
export function substituteDocument(document: Document, variables: Variables): readonly UnusableVariable[] {
  const unusable: UnusableVariable[] = [];
  const visit = (node: unknown, path: UnusableVariable['path']): boolean => {
    if (isScalar(node)) return visitScalar(node, path);
    if (isMap(node)) {
      node.items = node.items.filter((pair) => {
        const key = isScalar(pair.key) ? pair.key.value : pair.key;
        if (!isPair(pair) || visit(pair.value, [...path, String(key)])) return true;
        if (!selectors.includes(key) || !isScalar(pair.value)) return false;
        pair.value.value = '';
        return true;
      });
    } else if (isSeq(node)) {
      node.items = node.items.filter((item, index) => visit(item, [...path, index]));
    }
    return true;
  };
  const visitScalar = (scalar: Scalar, path: UnusableVariable['path']): boolean => {
    if (typeof scalar.value !== 'string' || !scalar.value.includes('${env:')) return true;
    const { text, problems } = substituteText(scalar.value, variables);
    const isPlain = scalar.type === 'PLAIN' && whole.test(scalar.value);
    scalar.value = isPlain ? plainValue(text) : text;
    const range = rangeOf(scalar);
    unusable.push(...problems.map((reason) => ({ path, range, reason })));
    return problems.length === 0;
  };
  visit(document.contents, []);
  return unusable;
}

function plainValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

function rangeOf({ range }: Node): readonly [number, number] {
  return range ? [range[0], range[1]] : [0, 0];
}
