import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { localPath } from '../../src/base/paths.ts';
import * as faults from './diskFaults.ts';
import type { DiskFault } from './diskFaults.ts';
import type { Side } from './places.ts';
import type { Simulation } from './simulation.ts';
import { damage } from './damage.ts';

type Trouble = (simulation: Simulation) => void | Promise<void>;

/** What can go wrong in this run, as its swarm says; something that is drawn twice as often is listed twice. */
export function troublesOf({ swarm }: Simulation): readonly Trouble[] {
  const all: readonly (readonly [boolean, ...Trouble[]])[] = [
    [true, saved, saved, reconnect],
    [swarm.cuts, cut, cut, unreachable],
    [swarm.silence, silence],
    [swarm.damage, damageOne, damageOne],
    [swarm.podCrashes, (simulation) => dieSoon(simulation, 'pod'), stopPod],
    [swarm.localCrashes, (simulation) => dieSoon(simulation, 'local')],
    [swarm.reloads, reload],
    [swarm.podFaults, (simulation) => breakDisk(simulation, 'pod'), mendDisk],
    [swarm.localFaults, (simulation) => breakDisk(simulation, 'local'), mendDisk],
    [swarm.volumeChanges, wipe, restore, restore],
    [swarm.rootTrouble, rootAway, rootBack, rootBack],
    [swarm.clockJumps, (simulation) => jump(simulation, 'local'), (simulation) => jump(simulation, 'pod')],
  ];
  return all.flatMap(([on, ...troubles]) => (on ? troubles : []));
}

/** Everything is well again, apart from what is not there. */
export function heal(simulation: Simulation): void {
  simulation.disk.faults.clear();
  simulation.disk.spare();
  simulation.isReachable = true;
  simulation.tamper = (_from, bytes) => [bytes];
  for (const wire of simulation.wires) if (wire.isDeaf) wire.cut();
  rootBack(simulation);
}

/** The window is closed in good order; gives when that is done. */
export async function reload(simulation: Simulation): Promise<void> {
  const { local } = simulation;
  if (local === undefined) return;
  simulation.trace.note('the window is reloaded');
  const end = { isOver: false };
  await simulation.enter('local', () => {
    local.engine.close().then(
      () => (end.isOver = true),
      (error: unknown) => simulation.violated(`closing failed: ${String(error)}`),
    );
  });
  for (let step = 0; !end.isOver && simulation.local === local; step++) {
    if (step > 20_000) simulation.violated('I8: closing the engine does not end');
    if (simulation.violation !== undefined) return;
    if (!(await simulation.happen())) simulation.pass();
  }
  if (simulation.local !== local) return;
  while (local.program.due > 0) await simulation.enter('local', () => local.program.serve());
  if (local.program.timers > 0) simulation.violated(`a closed engine left ${local.program.timers} timers`);
  const open = simulation.disk.openBy('local');
  if (open.length > 0) simulation.violated(`a closed engine left open: ${open.join()}`);
  if (simulation.disk.watches.local.open > 0) simulation.violated('a closed engine left watches');
  simulation.bury('local');
}

async function saved(simulation: Simulation): Promise<void> {
  const { random, local, places, invariants } = simulation;
  const paths = [...invariants.local.entries()].map(([at]) => at);
  if (local === undefined || paths.length === 0) return;
  const at = random.pick(paths);
  await simulation.enter('local', () => {
    local.engine.noteSaved(localPath(path.join(places.tree('local'), at)));
  });
}

async function reconnect(simulation: Simulation): Promise<void> {
  const { local } = simulation;
  if (local !== undefined) await simulation.enter('local', () => local.engine.reconnectNow());
}

function cut({ random, wires, trace }: Simulation): void {
  if (wires.size === 0) return;
  trace.note('a connection breaks');
  random.pick([...wires]).cut();
}

function unreachable(simulation: Simulation): void {
  simulation.isReachable = !simulation.isReachable;
  simulation.trace.note(`the pod can ${simulation.isReachable ? '' : 'not '}be reached`);
}

function silence({ random, wires, trace }: Simulation): void {
  if (wires.size === 0) return;
  trace.note('a connection goes silent');
  random.pick([...wires]).isDeaf = true;
}

function damageOne(simulation: Simulation): void {
  simulation.tamper = (from, bytes) => {
    if (!simulation.random.chance(0.3)) return [bytes];
    simulation.tamper = (_from, whole) => [whole];
    return damage(from, bytes, simulation.random, simulation.trace);
  };
}

function dieSoon({ disk, random, trace }: Simulation, side: Side): void {
  const calls = 1 + random.below(random.pick([10, 100, 1000]));
  trace.note(`the ${side} process will die in ${calls} calls`);
  disk.dieIn(side, calls);
}

async function stopPod(simulation: Simulation): Promise<void> {
  const { pod } = simulation;
  if (pod === undefined) return;
  simulation.trace.note('the sidecar is told to end');
  await simulation.enter('pod', () => pod.close());
  if (simulation.pod === pod) simulation.bury('pod');
}

function breakDisk({ disk, random, places, invariants, trace }: Simulation, side: Side): void {
  const tree = places.tree(side);
  const model = side === 'local' ? invariants.local : invariants.pod;
  const folders = [...model.entries()].filter(([, version]) => version === 'folder').map(([at]) => at);
  const top = path.join(tree, random.pick(['', ...folders]));
  const volume = side === 'pod' ? places.volume : path.dirname(tree);
  const ofBoth: DiskFault[] = [
    faults.denied(side, top),
    faults.unreadable(side, top, random.pick([0.1, 1])),
    faults.tooManyOpen(side, tree, 0.1),
  ];
  const ofPod = [
    faults.full(side, random.pick(['ENOSPC', 'EDQUOT'])),
    faults.readOnly(side, random.chance(0.5) ? volume : top),
    faults.busy(side, top, 0.3),
  ];
  const ofLocal = [faults.full(side, 'ENOSPC'), faults.outOfWatches(side)];
  const fault = random.pick([...ofBoth, ...(side === 'pod' ? ofPod : ofLocal)]);
  trace.note(`the ${side} disk gets ${fault.code} (${top})`);
  disk.faults.add(fault);
  if (fault.code === 'ENOSPC' || fault.code === 'EDQUOT') invariants.isKeepingOff = true;
}

function mendDisk({ disk, random, trace }: Simulation): void {
  if (disk.faults.size === 0) return;
  const fault = random.pick([...disk.faults]);
  trace.note(`the ${fault.side} disk has no ${fault.code} any more`);
  disk.faults.delete(fault);
}

function wipe(simulation: Simulation): void {
  const { places, trace, random } = simulation;
  trace.note('the pod comes back with a new volume');
  if (simulation.pod !== undefined) simulation.bury('pod');
  rmSync(places.volume, { recursive: true });
  mkdirSync(places.tree('pod'), { recursive: true });
  // What an image brings along.
  const count = random.below(4);
  for (let index = 0; index < count; index++) {
    writeFileSync(path.join(places.tree('pod'), random.pick(['a', 'b', 'c.txt'])), `P image ${random.below(2 ** 30)}`);
  }
  simulation.invariants.podReplaced();
}

/** Keeps a copy of the volume; the next time the pod comes back with that. */
function restore(simulation: Simulation): void {
  const { places, trace } = simulation;
  const copy = path.join(places.base, 'copy');
  if (simulation.pod !== undefined) simulation.bury('pod');
  if (!simulation.hasCopy) cpSync(places.volume, copy, { recursive: true, verbatimSymlinks: true });
  else {
    trace.note('the pod comes back with an earlier state of its volume');
    rmSync(places.volume, { recursive: true });
    renameSync(copy, places.volume);
    simulation.invariants.podReplaced();
  }
  simulation.hasCopy = !simulation.hasCopy;
}

function rootAway(simulation: Simulation): void {
  const { places, invariants, trace } = simulation;
  if (invariants.isAbsenceAccident) return;
  simulation.finishEdits();
  trace.note('the local folder goes away');
  invariants.isAbsenceAccident = true;
  renameSync(places.tree('local'), path.join(places.base, 'away'));
  invariants.localReplaced();
}

function rootBack(simulation: Simulation): void {
  const { places, invariants, trace } = simulation;
  if (!invariants.isAbsenceAccident) return;
  trace.note('the local folder comes back');
  rmSync(places.tree('local'), { recursive: true, force: true });
  renameSync(path.join(places.base, 'away'), places.tree('local'));
  invariants.localReplaced();
  invariants.isAbsenceAccident = false;
}

function jump({ skew, random, trace, invariants }: Simulation, side: Side): void {
  const milliseconds = random.pick([-1, 1]) * random.pick([1000, 3_600_000, 864_000_000]);
  trace.note(`the ${side} clock jumps by ${milliseconds} ms`);
  skew[side].milliseconds += milliseconds;
  if (side === 'pod') invariants.isKeepingOff = true;
}
