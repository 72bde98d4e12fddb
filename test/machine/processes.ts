import { spawnSync } from 'node:child_process';

/** A running process as the machine lists it. */
export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  /** Resident memory in bytes. */
  readonly memory: number;
  /** Processor time used so far, in seconds. */
  readonly cpuSeconds: number;
  readonly command: string;
}

/** The processes below `root`, itself included, on Linux and macOS. */
export function processTree(root: number): RunningProcess[] {
  const all = listProcesses();
  const chosen = new Set([root]);
  for (let before = -1; before !== chosen.size;) {
    before = chosen.size;
    for (const { pid, parent } of all) if (chosen.has(parent)) chosen.add(pid);
  }
  return all.filter(({ pid }) => chosen.has(pid));
}

/** Sends a signal to a whole process group; one that is already gone is fine. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function listProcesses(): RunningProcess[] {
  const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,rss=,time=,args='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    if (match === null) return [];
    const [, pid, parent, kibibytes, time = '', command = ''] = match;
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        memory: Number(kibibytes) * 1024,
        cpuSeconds: seconds(time),
        command,
      },
    ];
  });
}

/** Reads `[[days-]hours:]minutes:seconds`. */
function seconds(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse();
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}
