import type { ProjectFiles } from './detectProject.ts';

const defaultPort = 8000;
/** Usual names of a program's first file, the likeliest first. */
const mains = ['app.py', 'main.py', 'server.py', 'src/app.py', 'src/main.py', 'src/server.py'];

/** Run command of a Python project: by its framework, else its main file. */
export function detectPython(
  files: ProjectFiles,
  names: ReadonlySet<string>,
  port: number | undefined,
): string | undefined {
  const start = startCommand(files, names, port ?? defaultPort);
  if (start === undefined) return undefined;
  return files.requirements === undefined || /^\s*(#.*\s*)*$/.test(files.requirements)
    ? start
    : `pip install -r requirements.txt && ${start}`;
}

function startCommand(files: ProjectFiles, names: ReadonlySet<string>, port: number): string | undefined {
  if (names.has('manage.py')) return `python3 manage.py runserver 0.0.0.0:${port}`;
  const main = mains.find((name) => names.has(name));
  if (main === undefined) return undefined;
  const module = main.replace(/\.py$/, '').replaceAll('/', '.');
  if (needs(files, /\b(uvicorn|fastapi|starlette)\b/i)) {
    return `python3 -m uvicorn ${module}:app --host 0.0.0.0 --port ${port}`;
  }
  if (needs(files, /\bflask\b/i)) return `python3 -m flask --app ${module} run --host 0.0.0.0 --port ${port}`;
  return `python3 ${main}`;
}

function needs(files: ProjectFiles, pattern: RegExp): boolean {
  return pattern.test(`${files.requirements ?? ''}\n${files.pyproject ?? ''}`);
}
