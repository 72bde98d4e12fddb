import { spawn } from 'node:child_process';

/** What a program is given besides its arguments. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: string;
  /** Called with each line of its output, standard and error, as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program to its end and gives its standard output. Throws with the last lines it wrote when it fails. */
export function runProgram(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { cwd, env = process.env, stdin, onLine } = options;
  const child = spawn(program, args, { cwd, env, stdio: 'pipe' });
  const output: Buffer[] = [];
  const tail: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      const lines = `${rest}${chunk.toString()}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.map((text) => text.trimEnd()).filter((text) => text !== '')) {
        tail.push(line);
        if (tail.length > 30) tail.shift();
        onLine?.(line);
      }
    });
    stream.on('end', () => {
      if (rest !== '') tail.push(rest);
    });
  }
  // A program that ended without reading is told by its exit code, not by the broken pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      reject(new Error(`${program} could not be started: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(output).toString());
      else reject(new Error(`${program} ${args[0] ?? ''} ended with ${signal ?? `code ${code}`}:\n${tail.join('\n')}`));
    });
  });
}
