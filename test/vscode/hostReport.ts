import { readFile } from 'node:fs/promises';
import type { HostResult } from '../host/hostResult.ts';

/** The results in a report file; throws where there is none, with what `log` knows of the run. */
export async function readHostReport(file: string, log: readonly string[]): Promise<HostResult[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  if (lines.length === 0) throw new Error(`No test ran in the extension host. It said:\n${log.join('\n')}`);
  // The file was written by the bundled test/host/index.ts of the same checkout.
  return lines.map((line) => JSON.parse(line) as HostResult);
}
