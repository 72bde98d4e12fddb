import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { VirtualScheduler } from '../fakes/virtualScheduler.ts';
import { mount } from './disk.ts';
import { settle } from './quiescence.ts';
import { Simulation } from './simulation.ts';
import type { Swarm } from './swarm.ts';
import { reload, troublesOf } from './troubles.ts';

/** What one run came to. */
export interface Run {
  readonly seed: number;
  /** Steps that were made. */
  readonly steps: number;
  readonly violation: string | undefined;
  /** Calls to the disk that the engine made, and milliseconds of its clock that passed. */
  readonly calls: number;
  readonly milliseconds: number;
  /** What happened last. */
  readonly trace: string;
}

/** Lines of what happened last that are worth showing. */
const shown = process.env.PODLOOP_TRACE === undefined ? 60 : Infinity;
/** Bytes that a client may have under way; see the receiver's window. */
const mostUnderWay = 10 * 1024 * 1024;

/** Runs one simulation of so many steps, coming to rest now and then and at the end. */
export async function runSimulation(seed: number, steps: number, swarm?: Swarm): Promise<Run> {
  const base = mkdtempSync(path.join(memoryFolder(), 'podloop-simulation-'));
  const onRejection = (reason: unknown): void => {
    if (!(reason instanceof Error && reason.name === 'Crash')) simulation.violated(`unhandled: ${String(reason)}`);
  };
  process.on('unhandledRejection', onRejection);
  const simulation = new Simulation(seed, base, swarm);
  let step = 0;
  try {
    const { random } = simulation;
    const troubles = troublesOf(simulation);
    let untilRest = 50 + random.below(800);
    while (step < steps && simulation.violation === undefined) {
      step++;
      await oneStep(simulation, troubles);
      if (--untilRest > 0) continue;
      await settle(simulation);
      untilRest = 50 + random.below(800);
    }
    if (simulation.violation === undefined) await settle(simulation);
    if (simulation.violation === undefined) await reload(simulation);
  } finally {
    process.off('unhandledRejection', onRejection);
    for (const side of ['local', 'pod'] as const) simulation.bury(side);
    mount(undefined);
    rmSync(base, { recursive: true, force: true });
  }
  const { violation, disk, time, trace } = simulation;
  const milliseconds = time.now() - new VirtualScheduler().now();
  return { seed, steps: step, violation, calls: disk.calls, milliseconds, trace: trace.last(shown) };
}

/** What went wrong in a run, what happened before, and how to see it again. */
export function describeRun({ seed, steps, violation, trace }: Run): string {
  return `${trace}\n${violation}\nnpm run soak -- --seed ${seed} --steps ${steps}    repeats this; PODLOOP_TRACE=1 shows all of it.`;
}

async function oneStep(simulation: Simulation, troubles: ReturnType<typeof troublesOf>): Promise<void> {
  const { random, swarm } = simulation;
  const chance = random.next();
  if (chance < swarm.editChance) simulation.edit(swarm.podWrites && random.chance(0.3) ? 'pod' : 'local');
  else if (chance < swarm.editChance + 0.02) await random.pick(troubles)(simulation);
  else if (chance < swarm.editChance + 0.04) {
    await simulation.start('pod');
    await simulation.start('local');
  } else if (chance < swarm.editChance + 0.06 || !(await simulation.happen())) simulation.pass();
  for (const wire of simulation.wires) {
    if (wire.clientBytes > mostUnderWay) simulation.violated(`I7: ${wire.clientBytes} bytes are under way`);
  }
}

function memoryFolder(): string {
  return statSync('/dev/shm', { throwIfNoEntry: false })?.isDirectory() === true ? '/dev/shm' : tmpdir();
}
