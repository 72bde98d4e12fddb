import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { toError, UserError, wrapError } from '../base/errors.ts';
import { type LocalPath, localPath } from '../base/paths.ts';
import type { ConfigProblem } from '../config/configProblem.ts';
import type { ProjectFiles } from '../config/detectProject.ts';
import { configPath, parseConfig, type ParsedConfig } from '../config/parseConfig.ts';
import type { Variables } from '../config/substituteEnv.ts';

/** Folders whose content says nothing about the program, and may be large. */
const skipped: readonly string[] = ['node_modules', '.git', '.venv', 'venv', '__pycache__', 'dist', 'build', 'target'];
const maxNames = 2000;

/** The config file of a folder. */
export function configFileOf(folder: LocalPath): LocalPath {
  return localPath(path.join(folder, ...configPath.split('/')));
}

/** The config file, `undefined` when there is none. Throws `UserError` `config.invalid` when it cannot be understood. */
export async function readConfig(
  file: LocalPath,
  variables: Variables,
): Promise<(ParsedConfig & { readonly kind: 'config' }) | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  const parsed = parseConfig(text, variables);
  if (parsed.kind === 'config') return parsed;
  throw invalidConfig(file, parsed.problems);
}

/** What is wrong with a config file. */
export function invalidConfig(
  file: LocalPath,
  [first, ...others]: readonly [ConfigProblem, ...ConfigProblem[]],
): UserError {
  return new UserError({
    code: 'config.invalid',
    message: `${file}, line ${first.line}: ${first.message}`,
    next: others.length === 0 ? 'Correct it and try again.' : `Correct it and ${others.length} more, and try again.`,
    remedies: [{ kind: 'openFile', path: file }, { kind: 'retry' }],
    detail: [first, ...others].map(({ line, column, message }) => `${line}:${column} ${message}`).join('\n'),
  });
}

/** What detection looks at: names of two levels, and the manifests. */
export async function readProject(folder: LocalPath): Promise<ProjectFiles> {
  const [names, packageJson, requirements, pyproject] = await Promise.all([
    readNames(folder),
    readText(path.join(folder, 'package.json')),
    readText(path.join(folder, 'requirements.txt')),
    readText(path.join(folder, 'pyproject.toml')),
  ]);
  return { names, packageJson, requirements, pyproject };
}

async function readNames(folder: LocalPath): Promise<readonly string[]> {
  const top = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw missingFolder(folder, error);
  });
  const below = await Promise.all(
    top
      .filter((entry) => entry.isDirectory() && !skipped.includes(entry.name))
      .map(async ({ name }) => {
        // A folder that cannot be read tells nothing; syncing reports it.
        const names = await readdir(path.join(folder, name)).catch(() => []);
        return names.map((inner) => `${name}/${inner}`);
      }),
  );
  return [...top.map(({ name }) => name), ...below.flat()].slice(0, maxNames);
}

/** The content of a file; `undefined` when there is none. */
export async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined;
    }
    throw wrapError('read', file, error);
  }
}

function missingFolder(folder: LocalPath, cause: unknown): UserError {
  return new UserError({
    code: 'session.folder',
    message: `Folder ${folder} cannot be read: ${toError(cause).message}.`,
    next: 'Choose another folder with Start Develop With Options.',
    cause,
  });
}
