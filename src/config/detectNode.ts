import { z } from 'zod';
import type { Detection, ProjectFiles } from './detectProject.ts';

/** Usual names of a program's first file, the likeliest first. */
const mains = ['server', 'index', 'app', 'main', 'src/server', 'src/index', 'src/app', 'src/main'];
const extensions = ['.js', '.mjs', '.cjs', '.ts', '.mts'];

const manifestSchema = z.object({
  main: z.string().optional().catch(undefined),
  scripts: z.record(z.string(), z.string()).catch({}),
  dependencies: z.record(z.string(), z.unknown()).catch({}),
  devDependencies: z.record(z.string(), z.unknown()).catch({}),
});

/** Run command and scripts of a Node project: its start script, else its main file. */
export function detectNode(files: ProjectFiles, names: ReadonlySet<string>): Pick<Detection, 'run' | 'scripts'> {
  const manifest = readManifest(files.packageJson);
  const scripts = manifest?.scripts ?? {};
  const start = startCommand(scripts, mainFile(manifest?.main, names));
  const needs = { ...manifest?.dependencies, ...manifest?.devDependencies };
  const install = Object.keys(needs).length > 0 ? 'npm install && ' : '';
  return { run: start === undefined ? undefined : `${install}${start}`, scripts };
}

function readManifest(text: string | undefined): z.output<typeof manifestSchema> | undefined {
  if (text === undefined) return undefined;
  try {
    return manifestSchema.safeParse(JSON.parse(text)).data;
  } catch {
    // A manifest in the middle of an edit: the main file may still be found by its name.
    return undefined;
  }
}

function startCommand(scripts: Readonly<Record<string, string>>, main: string | undefined): string | undefined {
  if (scripts.start !== undefined) return 'npm start';
  if (scripts.dev !== undefined) return 'npm run dev';
  return main === undefined ? undefined : `node ${main}`;
}

function mainFile(declared: string | undefined, names: ReadonlySet<string>): string | undefined {
  const plain = declared?.replace(/^\.\//, '');
  const candidates = [
    ...(plain === undefined ? [] : [plain, `${plain}.js`]),
    ...mains.flatMap((name) => extensions.map((extension) => name + extension)),
  ];
  return candidates.find((name) => names.has(name) && /^[\w./-]+$/.test(name));
}
