import { build } from 'esbuild';
import { globSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const checkout = path.resolve(import.meta.dirname, '../..');

/** The tests of `test/host` in a form that an extension host can load. */
export interface HostBundle {
  /** An extension without contents: the tests belong to it, while Podloop is installed beside it as users have it. */
  readonly extension: string;
  /** Module with `run`, by the contract of `extensionTestsPath`. */
  readonly entry: string;
  /** An empty folder to open. */
  readonly workspace: string;
  /** File that receives the results. */
  readonly report: string;
  /** Variables that the extension host must have. */
  readonly env: Readonly<Record<string, string>>;
}

/** Bundles the tests into `.local/host`, each file by itself, and empties the report. */
export async function buildHostBundle(): Promise<HostBundle> {
  const folder = path.join(checkout, '.local/host');
  const extension = path.join(folder, 'extension');
  const tests = path.join(extension, 'tests');
  const workspace = path.join(folder, 'workspace');
  const report = path.join(folder, 'report.jsonl');
  await rm(folder, { recursive: true, force: true });
  await mkdir(tests, { recursive: true });
  await mkdir(workspace);
  await writeFile(report, '');
  const manifest = { name: 'host-tests', publisher: 'podloop', version: '0.0.0', engines: { vscode: '^1.105.0' } };
  await writeFile(path.join(extension, 'package.json'), JSON.stringify(manifest));
  await build({
    absWorkingDir: checkout,
    entryPoints: ['test/host/index.ts', 'test/host/last.ts', ...globSync('test/host/*.test.ts', { cwd: checkout })],
    outdir: tests,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return {
    extension,
    entry: path.join(tests, 'index.cjs'),
    workspace,
    report,
    env: {
      PODLOOP_HOST_TESTS: tests,
      PODLOOP_HOST_REPORT: report,
      // The developer's own clusters are none of the tests' business.
      KUBECONFIG: path.join(folder, 'no-kubeconfig'),
    },
  };
}
