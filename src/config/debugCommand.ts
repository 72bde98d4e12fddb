import type { Language } from './devConfig.ts';

/**
 * The command line that starts the same program as `run` with its language's debug server on 127.0.0.1:`port`, or
 * `undefined` when `run` is not understood well enough. `scripts` are those of `package.json`.
 */
export function debugCommand(
  language: Language,
  run: string,
  port: number,
  scripts: Readonly<Record<string, string>> = {},
): string | undefined {
  // Only the last of several commands is the program; the others prepare it.
  const parts = run.split(/\s*&&\s*/);
  const program = parts.pop();
  if (program === undefined || /[;|&`()<>]/.test(program)) return undefined;
  const debugged = language === 'node' ? debugNode(program, port, scripts) : debugPython(program, port);
  return debugged === undefined ? undefined : [...parts, debugged].join(' && ');
}

/** Programs that hand `--inspect` on to the Node they start. */
const inspectable = ['node', 'tsx', 'nodemon', 'ts-node-dev'];

function debugNode(command: string, port: number, scripts: Readonly<Record<string, string>>): string | undefined {
  const { variables, program, rest } = split(command);
  if (program === 'npm') return debugScript(rest, port, scripts);
  if (program === 'npx') {
    const inner = debugNode(rest.trim(), port, {});
    return inner === undefined ? undefined : `${variables}npx ${inner}`;
  }
  if (!inspectable.includes(program)) return undefined;
  return /\s--inspect\b/.test(rest) ? command : `${variables}${program} --inspect=127.0.0.1:${port}${rest}`;
}

/** `npm start` itself cannot take the flag: npm is a Node program too and would take the port for itself. */
function debugScript(rest: string, port: number, scripts: Readonly<Record<string, string>>): string | undefined {
  const [, start, other] = /^ (?:(start)|(?:run|run-script) ([\w:.-]+))$/.exec(rest) ?? [];
  const name = start ?? other;
  const script = name === undefined || !Object.hasOwn(scripts, name) ? undefined : scripts[name];
  if (name === undefined || script === undefined || /\bnpm\b/.test(script)) return undefined;
  const debugged = debugCommand('node', script, port);
  if (debugged === undefined) return undefined;
  const before = Object.hasOwn(scripts, `pre${name}`) ? `npm run pre${name} && ` : '';
  // npm puts the project's own programs on the path.
  const path = /^(\w+=\S* )*node /.test(debugged) ? '' : 'export PATH="$PWD/node_modules/.bin:$PATH" && ';
  return `${before}${path}${debugged}`;
}

/** Modules that are as well known by the command of their name. */
const pythonCommands = ['uvicorn', 'flask', 'gunicorn', 'hypercorn', 'celery'];

function debugPython(command: string, port: number): string | undefined {
  const { variables, program, rest } = split(command);
  if (/\bdebugpy\b/.test(rest)) return command;
  // Frozen modules would make the debugger miss breakpoints.
  const server = `python3 -X frozen_modules=off -m debugpy --listen 127.0.0.1:${port}`;
  if (pythonCommands.includes(program)) return `${variables}${server} -m ${program}${rest}`;
  if (!/^python(3(\.\d+)?)?$/.test(program) || rest.trim() === '') return undefined;
  // Django's reloader runs the program in a child that knows nothing of the debugger.
  const single = /\brunserver\b/.test(rest) && !/--noreload\b/.test(rest) ? ' --noreload' : '';
  return `${variables}${server}${rest}${single}`;
}

function split(command: string): { variables: string; program: string; rest: string } {
  const [, variables = '', program = '', rest = ''] = /^((?:\w+=\S*\s+)*)(\S+)(.*)$/.exec(command.trim()) ?? [];
  return { variables, program, rest };
}
