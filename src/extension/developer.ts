import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { LocalPath } from '../base/paths.ts';
import type { Developer } from '../devmode/core/record.ts';

/**
 * Who develops on this machine. The installation's id is a file beside the sessions, not a value in VS Code's storage:
 * in a remote window that storage belongs to another machine than the sessions.
 */
export async function readDeveloper(stateDir: LocalPath): Promise<Developer> {
  return { user: os.userInfo().username, host: os.hostname(), installation: await installationId(stateDir) };
}

async function installationId(stateDir: LocalPath): Promise<string> {
  const file = path.join(stateDir, 'installation');
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  try {
    // Only the first window makes the file; the others read what it wrote.
    await writeFile(file, randomUUID(), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return (await readFile(file, 'utf8')).trim();
}
