import { setTimeout as wait } from 'node:timers/promises';
import path from 'node:path';
import type { HostResult } from '../host/hostResult.ts';
import { launchBrowser } from './browser.ts';
import { CodeServer } from './codeServer.ts';
import { buildHostBundle } from './hostBundle.ts';
import { readHostReport } from './hostReport.ts';

/** Longest that the whole suite may take, in milliseconds. */
const deadline = 180_000;

/** Runs `test/host` in the extension host of a code-server that has the given VSIX files installed. */
export async function runHostTestsInCodeServer(vsix: readonly string[]): Promise<HostResult[]> {
  const bundle = await buildHostBundle();
  const state = path.resolve(import.meta.dirname, '../../.local/vscode/host');
  const server = await CodeServer.start({ state, vsix, env: bundle.env, runsExtensionTests: true });
  const browser = await launchBrowser(state);
  try {
    const page = await browser.newPage();
    const ended = Promise.withResolvers<number>();
    const log: string[] = [];
    // VS Code calls these two functions of its page where they exist.
    await page.exposeFunction('codeAutomationExit', (code: number) => {
      ended.resolve(code);
    });
    await page.exposeFunction('codeAutomationLog', (level: string, parts: readonly unknown[]) => {
      log.push(`${level}: ${parts.map(String).join(' ')}`);
    });
    const remote = (file: string): string => `vscode-remote://remote${file}`;
    await page.goto(
      server.url(bundle.workspace, [
        ['extensionDevelopmentPath', remote(bundle.extension)],
        ['extensionTestsPath', remote(bundle.entry)],
      ]),
    );
    const late = new AbortController();
    const code = await Promise.race([ended.promise, wait(deadline, undefined, { signal: late.signal })]);
    late.abort();
    const results = await readHostReport(bundle.report, log);
    if (code === undefined) results.push(unfinished(results));
    return results;
  } finally {
    await browser.close();
    await server.stop();
  }
}

function unfinished(results: readonly HostResult[]): HostResult {
  return {
    name: 'the suite ends',
    duration: deadline,
    skipped: false,
    failure: `The tests did not end within ${deadline / 1000} s; the last that did was '${results.at(-1)?.name}'.`,
  };
}
