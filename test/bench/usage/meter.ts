import type { Traffic } from '../wire/proxyMessages.ts';
import type { ContainerGroup } from './containerGroup.ts';
import { processesBelow, processorTime, processorTimeOfEnded, residentBytes } from './processes.ts';

/** What a stretch of work cost: bytes, seconds of processor time, and the most resident memory seen, in bytes. */
export interface Cost {
  readonly traffic: Traffic;
  readonly cpuHere: number;
  readonly cpuPod: number | undefined;
  readonly memoryHere: number;
  readonly memoryPod: number | undefined;
}

/** Whose cost is metered. */
export interface Metered {
  /** Processes of this machine that are the peer's, with all that they start. */
  pids(): readonly number[];
  readonly group: ContainerGroup | undefined;
  readonly count: () => Promise<Traffic>;
}

const lookEveryMs = 50;

/** Meters one stretch of work of one peer, at both ends. */
export class Meter implements Disposable {
  readonly #metered: Metered;
  readonly #before: { readonly traffic: Traffic; readonly here: ProcessorTimes; readonly pod: number };
  readonly #timer: NodeJS.Timeout;
  #memoryHere = 0;
  #memoryPod = 0;

  private constructor(metered: Metered, traffic: Traffic) {
    this.#metered = metered;
    this.#before = { traffic, here: this.#timesHere(), pod: metered.group?.processorTime() ?? 0 };
    this.#look();
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
  }

  static async start(metered: Metered): Promise<Meter> {
    return new Meter(metered, await metered.count());
  }

  /** Gives up; nothing is metered. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async stop(): Promise<Cost> {
    clearInterval(this.#timer);
    this.#look();
    const { traffic, here, pod } = this.#before;
    const { group } = this.#metered;
    const cpuHere = spent(here, this.#timesHere());
    const cpuPod = group && group.processorTime() - pod;
    const { up, down } = await this.#metered.count();
    return {
      traffic: { up: up - traffic.up, down: down - traffic.down },
      cpuHere,
      cpuPod,
      memoryHere: this.#memoryHere,
      memoryPod: group && this.#memoryPod,
    };
  }

  #look(): void {
    const sum = (pids: readonly number[]): number => pids.reduce((total, pid) => total + residentBytes(pid), 0);
    this.#memoryHere = Math.max(this.#memoryHere, sum(this.#processesHere()));
    this.#memoryPod = Math.max(this.#memoryPod, sum(this.#metered.group?.processes() ?? []));
  }

  #processesHere(): number[] {
    return this.#metered.pids().flatMap((pid) => processesBelow(pid));
  }

  #timesHere(): ProcessorTimes {
    return {
      running: new Map(this.#processesHere().map((pid) => [pid, processorTime(pid)])),
      ended: processorTimeOfEnded(process.pid),
    };
  }
}

interface ProcessorTimes {
  readonly running: ReadonlyMap<number, number>;
  /** Of all children of the bench that ended: nothing but peers' commands ends while something is metered. */
  readonly ended: number;
}

function spent(before: ProcessorTimes, after: ProcessorTimes): number {
  let sum = after.ended - before.ended;
  for (const [pid, time] of after.running) sum += time - (before.running.get(pid) ?? 0);
  // What ran before and has ended since is counted with the ended ones as a whole.
  for (const [pid, time] of before.running) if (!after.running.has(pid)) sum -= time;
  return Math.max(0, sum);
}
