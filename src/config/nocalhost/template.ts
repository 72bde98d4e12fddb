/** What a template of the old format is rendered with. */
export interface TemplateContext {
  /** Stronger than those of the env file. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Contents of files that it may include, by their path as written; `undefined` for one that does not exist. */
  readonly files: ReadonlyMap<string, string | undefined>;
}

export interface RenderedTemplate {
  readonly text: string;
  /** Paths of files that are included but not among those given. */
  readonly missing: readonly string[];
  readonly notes: readonly string[];
}

/** `${NAME}` with `:-`, `-`, `:=`, `=`, `:+` or `+` and a word behind it; the word holds no `}`. */
const pattern = /\$\{([A-Za-z_]\w*)(?:(:?[-=+])([^}]*))?\}/g;
const includePattern = /^\s*(\S+)\s*(?:\|\s*nindent\s+(\d+))?\s*$/;
const maxDepth = 8;

/** Replaces variables and includes as the tool did that the format was made for: what is not set becomes nothing. */
export function renderTemplate(text: string, context: TemplateContext, depth = 0): RenderedTemplate {
  const missing: string[] = [];
  const notes: string[] = [];
  const rendered = text.replace(
    pattern,
    (_, name: string, operator: string | undefined, word: string | undefined = '') => {
      if (name === '_INCLUDE_') {
        const included = include(word, context, depth);
        missing.push(...included.missing);
        notes.push(...included.notes);
        return included.text;
      }
      const value = Object.hasOwn(context.variables, name) ? context.variables[name] : undefined;
      const isSet = operator?.startsWith(':') === true ? value !== undefined && value !== '' : value !== undefined;
      if (operator?.endsWith('+') === true) return isSet ? word : '';
      if (isSet) return value ?? '';
      if (operator === undefined) notes.push(`\${${name}} stands for nothing, since ${name} is not set.`);
      return word;
    },
  );
  return { text: rendered, missing, notes: [...new Set(notes)] };
}

function include(word: string, context: TemplateContext, depth: number): RenderedTemplate {
  const [, path, indent] = includePattern.exec(word) ?? [];
  const nothing = (note: string): RenderedTemplate => ({ text: '', missing: [], notes: [note] });
  if (path === undefined) return nothing(`\${_INCLUDE_} names no file: ${word}`);
  if (depth >= maxDepth) return nothing(`${path} is not included: files include each other without an end.`);
  if (!context.files.has(path)) return { text: '', missing: [path], notes: [] };
  const content = context.files.get(path);
  if (content === undefined) return nothing(`${path} is not included: there is no such file.`);
  const inner = renderTemplate(content.trimEnd(), context, depth + 1);
  if (indent === undefined) return inner;
  const margin = ' '.repeat(Number(indent));
  const lines = inner.text.split('\n').map((line) => (line === '' ? line : margin + line));
  return { ...inner, text: `\n${lines.join('\n')}` };
}
