import { appendFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { run as runTests } from 'node:test';
import type { HostResult } from './hostResult.ts';
import { lastTest } from './lastTest.ts';

/**
 * What VS Code calls in its extension host (the contract of `extensionTestsPath`). Runs the bundled test files of folder
 * PODLOOP_HOST_TESTS with node's own runner, in this very process, and appends each `HostResult` to the file
 * PODLOOP_HOST_REPORT as a line of JSON. Rejects when a test failed.
 */
export async function run(): Promise<void> {
  // Stacks name the lines of the tests, not of their bundles.
  process.setSourceMapsEnabled(true);
  const folder = variable('PODLOOP_HOST_TESTS');
  const reportFile = variable('PODLOOP_HOST_REPORT');
  const tests = readdirSync(folder).filter((name) => name.endsWith('.test.cjs'));
  const files = [...tests.sort(), 'last.cjs'].map((name) => path.join(folder, name));
  const ended = Promise.withResolvers<undefined>();
  let failed = 0;
  const report = (result: HostResult): void => {
    if (result.failure !== undefined) failed += 1;
    appendFileSync(reportFile, `${JSON.stringify(result)}\n`);
  };
  runTests({ files, isolation: 'none', concurrency: false })
    .on('test:pass', ({ name, details, skip }) => {
      if (name === lastTest) ended.resolve(undefined);
      else if (details.type !== 'suite') {
        report({ name, duration: details.duration_ms, skipped: skip !== undefined && skip !== false });
      }
    })
    .on('test:fail', ({ name, details }) => {
      // A suite fails with its tests, which were reported already, or by itself, in a hook.
      if ('failureType' in details.error && details.error.failureType === 'subtestsFailed') return;
      report({ name, duration: details.duration_ms, skipped: false, failure: describe(details.error) });
    });
  await ended.promise;
  if (failed > 0) throw new Error(`${failed} of the tests in the extension host failed.`);
}

/** The runner wraps what a test threw. */
function describe(error: Error): string {
  const thrown = error.cause instanceof Error ? error.cause : error;
  return thrown.stack ?? thrown.message;
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The extension host has no variable ${name}.`);
  return value;
}
