import type { Language } from './devConfig.ts';
import { detectNode } from './detectNode.ts';
import { detectPython } from './detectPython.ts';

/** What is known of a local folder. Texts are `undefined` when there is no such file. */
export interface ProjectFiles {
  /** Paths relative to the folder, `/`-separated: at least the top level. */
  readonly names: readonly string[];
  readonly packageJson: string | undefined;
  readonly requirements: string | undefined;
  readonly pyproject: string | undefined;
}

/** What the folder itself suggests. */
export interface Detection {
  readonly language: Language | undefined;
  /** Command line that starts the program; `undefined` when none could be guessed. */
  readonly run: string | undefined;
  /** Scripts of `package.json`, for reading `npm start` and the like. */
  readonly scripts: Readonly<Record<string, string>>;
}

/**
 * Guesses language and run command from a folder. `language` overrides the guess of the language; `port` is the one
 * that the container declares, for servers that must be told.
 */
export function detectProject(files: ProjectFiles, port: number | undefined, language?: Language): Detection {
  const names = new Set(files.names);
  const chosen = language ?? guessLanguage(files, names);
  switch (chosen) {
    case 'node':
      return { language: chosen, ...detectNode(files, names) };
    case 'python':
      return { language: chosen, scripts: {}, run: detectPython(files, names, port) };
    case undefined:
      return { language: undefined, run: undefined, scripts: {} };
  }
}

/** Manifests decide before sources; a folder with both manifests is Node's only if nothing Python can be started. */
function guessLanguage(files: ProjectFiles, names: ReadonlySet<string>): Language | undefined {
  const python = files.requirements !== undefined || files.pyproject !== undefined || names.has('manage.py');
  if (files.packageJson !== undefined && !(python && detectPython(files, names, undefined) !== undefined))
    return 'node';
  if (python) return 'python';
  const count = (pattern: RegExp): number => files.names.filter((name) => pattern.test(name)).length;
  const [node, py] = [count(/\.[cm]?[jt]s$/), count(/\.py$/)];
  if (node === 0 && py === 0) return undefined;
  return node >= py ? 'node' : 'python';
}
