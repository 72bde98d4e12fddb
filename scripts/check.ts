import { runNode } from './programs.ts';

// `npm run check`: types, lint, format, architecture. `npm run check -- --fix` formats and applies lint fixes first.
const fix = process.argv.includes('--fix');
const typescript = 'node_modules/typescript/bin/tsc';
const checks: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['format', ['node_modules/prettier/bin/prettier.cjs', fix ? '--write' : '--check', '--log-level', 'warn', '.']],
  ['types of pure code', [typescript, '-p', 'tsconfig/pure.json']],
  ['types of node code', [typescript, '-p', 'tsconfig/node.json']],
  ['types of code that drives a window', [typescript, '-p', 'tsconfig/window.json']],
  ['types of host code', [typescript, '-p', 'tsconfig/host.json']],
  ['architecture', ['--test', '--test-reporter=dot', 'test/architecture/**/*.test.ts']],
  ['lint', ['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', ...(fix ? ['--fix'] : []), '.']],
];

let failed = 0;
for (const [name, args] of checks) {
  const started = performance.now();
  const code = await runNode(args);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  if (code !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
