import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** One part of an installation; it may be run again over its own remains. */
export interface InstallStep {
  readonly name: string;
  run(folder: string): Promise<void>;
}

/**
 * Brings `folder` into being by steps, in a folder beside it that takes the name only when all are done. A killed
 * installation goes on after its last finished step; a second process that wants the same waits for the first.
 */
export async function installOnce(
  folder: string,
  steps: readonly InstallStep[],
  report: (line: string) => void,
): Promise<void> {
  if (existsSync(folder)) return;
  await mkdir(path.dirname(folder), { recursive: true });
  const release = await takeLock(`${folder}.lock`, report);
  try {
    if (existsSync(folder)) return;
    const partial = `${folder}.partial`;
    await mkdir(partial, { recursive: true });
    for (const [index, step] of steps.entries()) {
      const stamp = path.join(partial, `.step-${index + 1}-done`);
      if (existsSync(stamp)) continue;
      const started = performance.now();
      report(`${step.name} …`);
      await step.run(partial);
      await writeFile(stamp, '');
      report(`${step.name}: done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    }
    await rename(partial, folder);
  } finally {
    await release();
  }
}

/** A lock is a file with the holder's process id; that of a dead process counts as free. */
async function takeLock(file: string, report: (line: string) => void): Promise<() => Promise<void>> {
  for (let told = false; ;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(file, 'utf8').catch(() => '0'));
    if (holder > 0 && !isAlive(holder)) {
      await rm(file, { force: true });
      continue;
    }
    if (!told) report(`waiting for process ${holder}, which is installing the same`);
    told = true;
    await wait(500);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
