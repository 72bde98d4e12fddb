import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of `/proc` in a second; Linux has the same everywhere. */
const ticks = 100;
const pageBytes = 4096;

/** A process and all that it started and that still runs. */
export function processesBelow(root: number): number[] {
  const found = [root];
  for (const pid of found) {
    for (const task of list(`/proc/${pid}/task`)) {
      const children = read(`/proc/${pid}/task/${task}/children`).trim();
      if (children !== '') found.push(...children.split(' ').map(Number));
    }
  }
  return found;
}

/** Seconds of processor time that a process used so far, together with those of its children that ended. */
export function processorTime(pid: number): number {
  const [own, ended] = times(pid);
  return own + ended;
}

/** Seconds of processor time of all children of a process that ended. */
export function processorTimeOfEnded(pid: number): number {
  return times(pid)[1];
}

/** Resident memory in bytes. */
export function residentBytes(pid: number): number {
  return Number(read(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * pageBytes;
}

function times(pid: number): readonly [own: number, ended: number] {
  const stat = read(`/proc/${pid}/stat`);
  // The name in parentheses may hold blanks; the times are the 12th to 15th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const at = (index: number): number => Number(fields[index] ?? 0) / ticks;
  return [at(11) + at(12), at(13) + at(14)];
}

/** A process that ended between two looks has nothing to say. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
