import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

/** Runs `action` while no other process holds the lock of this file; the kernel frees it when this process dies. */
export async function withMachineLock<T>(file: string, waiting: () => void, action: () => Promise<T>): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true });
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(holder, 'exit');
  const told = setTimeout(waiting, 300);
  try {
    await Promise.race([once(holder.stdout, 'data'), ended]);
    clearTimeout(told);
    return await action();
  } finally {
    clearTimeout(told);
    holder.stdin.end();
    await ended;
  }
}
