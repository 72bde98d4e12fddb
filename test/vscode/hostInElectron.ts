import { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath, runTests } from '@vscode/test-electron';
import { spawnSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { HostResult } from '../host/hostResult.ts';
import { defaultSettings } from './defaultSettings.ts';
import { buildHostBundle } from './hostBundle.ts';
import { readHostReport } from './hostReport.ts';

/**
 * Runs `test/host` in a desktop VS Code that is downloaded once into `.vscode-test` and has the given VSIX files
 * installed. `version` is a number such as `1.105.0`, `stable` or `insiders`.
 */
export async function runHostTestsInElectron(vsix: readonly string[], version: string): Promise<HostResult[]> {
  const bundle = await buildHostBundle();
  const state = path.resolve(import.meta.dirname, '../../.local/vscode/electron');
  const folders = ['--user-data-dir', path.join(state, 'data'), '--extensions-dir', path.join(state, 'extensions')];
  await rm(state, { recursive: true, force: true });
  await mkdir(path.join(state, 'data/User'), { recursive: true });
  await writeFile(path.join(state, 'data/User/settings.json'), JSON.stringify(defaultSettings));
  const vscodeExecutablePath = await downloadAndUnzipVSCode({
    version,
    cachePath: path.resolve(import.meta.dirname, '../../.local/electron'),
  });
  const [cli = '', ...cliArguments] = resolveCliArgsFromVSCodeExecutablePath(vscodeExecutablePath);
  for (const file of vsix) install(cli, [...cliArguments, ...folders, '--install-extension', file]);
  const log: string[] = [];
  try {
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: bundle.extension,
      extensionTestsPath: bundle.entry,
      extensionTestsEnv: bundle.env,
      launchArgs: [bundle.workspace, ...folders, '--disable-workspace-trust', '--skip-welcome', '--no-sandbox'],
    });
  } catch (error) {
    // It rejects whenever a test failed; the report has them by name.
    log.push(String(error));
  }
  return readHostReport(bundle.report, log);
}

function install(cli: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(cli, args, { encoding: 'utf8', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`The extension could not be installed:\n${stdout}${stderr}`);
}
