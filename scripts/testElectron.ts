import { parseArgs } from 'node:util';
import { runNode } from './programs.ts';
import { runSuite } from './suites.ts';

// `npm run test:electron [-- VERSION]`: the tests of test/host in a desktop VS Code, `stable` unless a version is given.
const { positionals } = parseArgs({ allowPositionals: true });
const packaged = await runNode(['scripts/package.ts']);
if (packaged !== 0) process.exit(packaged);
const env = { ...process.env, PODLOOP_ELECTRON: positionals[0] ?? 'stable' };
const { passed, failed } = await runSuite(['test/vscode/hostSuite.test.ts'], 1, env);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
