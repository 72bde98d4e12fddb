import { globSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { checkout } from './bundles.ts';

/** What a suite of tests came to. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs the test files of some patterns as node:test does, each file in a process of its own, and prints as it goes. */
export async function runSuite(
  patterns: readonly string[],
  concurrency: number,
  env: NodeJS.ProcessEnv,
): Promise<Counts> {
  const files = globSync(patterns, { cwd: checkout }).sort();
  if (files.length === 0) throw new Error(`No test file matches ${patterns.join(' ')}.`);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const stream = run({ files, cwd: checkout, concurrency, env, execArgv: ['--disable-warning=ExperimentalWarning'] });
  stream.on('test:summary', ({ file, counts: summary }) => {
    // One summary comes per file and one for the whole; the latter has no file.
    if (file !== undefined) return;
    counts.passed = summary.passed;
    counts.failed = summary.tests - summary.passed - summary.skipped - summary.todo;
    counts.skipped = summary.skipped;
  });
  for await (const text of stream.compose(spec)) process.stdout.write(text);
  return counts;
}
