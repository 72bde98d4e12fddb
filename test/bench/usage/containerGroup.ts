import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The control group of a container on this machine: it counts what ended processes used, too. */
export class ContainerGroup {
  readonly #folder: string;
  readonly #unified: boolean;

  private constructor(folder: string, unified: boolean) {
    this.#folder = folder;
    this.#unified = unified;
  }

  /** `undefined` when the container does not run on this machine. `containerId` as Kubernetes gives it. */
  static find(containerId: string): ContainerGroup | undefined {
    const id = containerId.replace(/^.*:\/\//, '');
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const lines = groupsOf(pid).filter((line) => line.includes(id));
      for (const line of lines) {
        const [, controllers = '', group = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
        const unified = controllers === '';
        if (!unified && !controllers.split(',').includes('cpuacct')) continue;
        const folder = path.join('/sys/fs/cgroup', controllers, group);
        if (existsSync(folder)) return new ContainerGroup(folder, unified);
      }
    }
    return undefined;
  }

  /** Seconds of processor time so far. */
  processorTime(): number {
    if (!this.#unified) return Number(this.#read('cpuacct.usage')) / 1e9;
    return Number(/^usage_usec (\d+)/m.exec(this.#read('cpu.stat'))?.[1] ?? 0) / 1e6;
  }

  /** The processes that run in it now, by their numbers on this machine. */
  processes(): number[] {
    return this.#read('cgroup.procs')
      .split('\n')
      .filter((line) => line !== '')
      .map(Number);
  }

  #read(file: string): string {
    return readFileSync(path.join(this.#folder, file), 'utf8');
  }
}

function groupsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  } catch {
    return [];
  }
}
