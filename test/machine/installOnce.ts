import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** One part of an installation; it may be run again over its own remains. */
export interface InstallStep {
  /** Names the part to people and, in the folder, marks it as done: another name is another part. */
  readonly name: string;
  run(folder: string): Promise<void>;
}

/**
 * Does in `folder` the steps that were not done there yet. A killed installation goes on after its last finished step;
 * a second process that wants the same waits for the first.
 */
export async function installOnce(
  folder: string,
  steps: readonly InstallStep[],
  report: (line: string) => void,
): Promise<void> {
  if (steps.every((step) => existsSync(stampOf(folder, step)))) return;
  await mkdir(folder, { recursive: true });
  const release = await takeLock(`${folder}.lock`, report);
  try {
    for (const step of steps) {
      if (existsSync(stampOf(folder, step))) continue;
      const started = performance.now();
      report(`${step.name} …`);
      await step.run(folder);
      await writeFile(stampOf(folder, step), '');
      report(`${step.name}: done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    }
  } finally {
    await release();
  }
}

function stampOf(folder: string, { name }: InstallStep): string {
  return path.join(folder, `.done-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`);
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
