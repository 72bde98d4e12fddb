import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../src/base/errors.ts';
import { readSyncPath, type SyncPath } from '../../src/base/paths.ts';
import { ignoreFileNames } from '../../src/sync/core/defaultIgnore.ts';
import { IgnoreRules } from '../../src/sync/core/ignoreRules.ts';
import { isInsideLink } from '../../src/sync/core/linkTarget.ts';
import type { Simulation } from './simulation.ts';
import { heal, reload } from './troubles.ts';

/** So long, in milliseconds of the simulated clock, a flush may take when everything is well. */
const longestMs = 30 * 60_000;
const mostSteps = 200_000;
/** So long it takes at most until everything is looked at again, in milliseconds. */
const restMs = 330_000;

/** Lets everything come to rest with nothing wrong any more, and compares the trees. */
export async function settle(simulation: Simulation): Promise<void> {
  heal(simulation);
  simulation.finishEdits();
  simulation.isCalm = true;
  simulation.trace.note('everything is well; the sync comes to rest');
  if (simulation.random.chance(0.3)) await rest(simulation);
  // Of a change by another name of the same file no system tells: it is found when everything is looked at again.
  if (simulation.hadHardLinks || hasHardLinks(simulation)) await passFor(simulation, restMs);
  simulation.hadHardLinks = false;
  await arrive(simulation);
  // What a program in the pod did is only seen when both sides are compared again.
  if (simulation.invariants.isTouched) {
    await simulation.enter('local', () => simulation.local?.engine.reconnectNow());
    await arrive(simulation);
  }
  for (const line of differences(simulation)) simulation.violated(`I3: ${line}`);
  leftovers(simulation);
  simulation.invariants.isKeepingOff = false;
  simulation.isCalm = false;
}

/** Goes on until a flush succeeds. */
async function arrive(simulation: Simulation): Promise<void> {
  for (let attempt = 0; simulation.violation === undefined; attempt++) {
    const end = await flush(simulation);
    if (end === 'never') return;
    if (end === 'arrived') {
      // What could not be read is told soon, and read a little later.
      await passFor(simulation, 200);
      const isUnread = simulation.local?.engine.problems.some(({ code }) => code === 'unreadable') === true;
      if (!isUnread) return;
      if (attempt >= 12) simulation.violated('I3: nothing is wrong, and yet something cannot be read');
      await passFor(simulation, 35_000);
      continue;
    }
    simulation.trace.note(`the flush failed: ${end.code} ${end.message}`);
    // What the pod has in the way may stay in the way; that has been said.
    if (attempt >= 12 && (simulation.invariants.isTouched || simulation.swarm.ignoreChanges)) return;
    if (attempt >= 12) {
      simulation.violated(`I3: nothing is wrong, and yet: ${end.message} ${end.detail ?? ''}`);
      return;
    }
    if (end.code === 'sync.folder-empty') fill(simulation);
    await passFor(simulation, 35_000);
  }
}

/** An empty folder is taken for an accident until there is something in it. */
function fill(simulation: Simulation): void {
  simulation.edit('local');
  simulation.finishEdits();
}

async function flush(simulation: Simulation): Promise<'arrived' | 'never' | UserError> {
  let end: 'arrived' | UserError | undefined;
  await startAll(simulation);
  // An engine whose thread died has said so; a new one begins anew.
  const { status } = simulation.local?.engine ?? {};
  if (status?.kind === 'failed' && status.error instanceof UserError && status.error.code === 'sync.failed') {
    await reload(simulation);
    await startAll(simulation);
  }
  const { local } = simulation;
  await simulation.enter('local', () => {
    local?.engine.flush(new AbortController().signal).then(
      () => (end = 'arrived'),
      (error: unknown) => {
        if (error instanceof UserError) end = error;
        else simulation.violated(`I8: a flush ended with ${String(error)}`);
      },
    );
  });
  const started = simulation.time.now();
  for (let step = 0; end === undefined && simulation.violation === undefined; step++) {
    await startAll(simulation);
    if (simulation.time.now() - started > longestMs || step > mostSteps) {
      simulation.violated(`I8: a flush does not end: ${JSON.stringify(simulation.local?.engine.status)}`);
    } else if (!(await simulation.happen())) simulation.pass();
  }
  return end ?? 'never';
}

/** Everything that people do is over; only time passes, longer than it takes until everything is looked at again. */
async function rest(simulation: Simulation): Promise<void> {
  await startAll(simulation);
  await passFor(simulation, restMs);
  const { invariants } = simulation;
  if (invariants.isTouched || simulation.swarm.ignoreChanges || invariants.local.size === 0) return;
  for (const line of differences(simulation)) simulation.violated(`I3 without a flush: ${line}`);
}

async function passFor(simulation: Simulation, milliseconds: number): Promise<void> {
  const end = simulation.time.now() + milliseconds;
  for (let step = 0; simulation.time.now() < end && simulation.violation === undefined; step++) {
    if (step > mostSteps) {
      simulation.violated('I8: the ends never come to rest');
      return;
    }
    await startAll(simulation);
    if (!(await simulation.happen())) simulation.pass();
  }
  while (await simulation.happen());
}

function hasHardLinks({ invariants, places }: Simulation): boolean {
  const files = [...invariants.local.entries()].filter(([, version]) => version.startsWith('file'));
  return files.some(([at]) => lstatSync(path.join(places.tree('local'), at)).nlink > 1);
}

async function startAll(simulation: Simulation): Promise<void> {
  await simulation.start('pod');
  await simulation.start('local');
}

/** Where the trees differ although nothing explains it. */
function differences(simulation: Simulation): string[] {
  const { invariants, places, swarm } = simulation;
  for (const model of [invariants.local, invariants.pod]) {
    const [unseen] = model.refresh('');
    if (unseen !== undefined) return [`the simulation missed a change of ${JSON.stringify(unseen)}`];
  }
  const rules = rulesOf(simulation);
  const lines: string[] = [];
  const isFree = (at: string): boolean =>
    invariants.isExcepted(at) ||
    (swarm.ignoreChanges && at.split('/').some((part) => /^(?:out|b|.*\.log)$/.test(part)));
  const kept = [...invariants.pod.entries()].map(([at]) => at).filter(isFree);
  // What was ignored once may stand where another kind of thing should be, and then stays.
  const isBlocked = (at: string): boolean => {
    for (let top = at; top !== '.'; top = path.posix.dirname(top)) {
      const [here, there] = [invariants.local.get(top), invariants.pod.get(top)];
      if (here === undefined || there === undefined || (here === 'folder') === (there === 'folder')) continue;
      return isFree(top) || kept.some((other) => other.startsWith(`${top}/`));
    }
    return false;
  };
  for (const [at, here] of invariants.local.entries()) {
    const isOut = rules.isIgnored(syncPath(at), here === 'folder');
    const leaves = here.startsWith('link ') && !isInsideLink(syncPath(at), here.slice(5));
    if (isOut || leaves || invariants.isExcepted(at)) continue;
    if (isBlocked(at)) continue;
    const there = invariants.pod.get(at);
    if (there !== here) lines.push(`${at} is ${here} here and ${there} in the pod`);
    else if (here.startsWith('file') && modeOf(places.tree('local'), at) !== modeOf(places.tree('pod'), at)) {
      lines.push(`${at} is executable on one side only`);
    }
  }
  for (const [at, there] of invariants.pod.entries()) {
    if (invariants.local.get(at) !== undefined && there === invariants.local.get(at)) continue;
    if (isFree(at) || kept.some((other) => other.startsWith(`${at}/`))) continue;
    if (invariants.local.get(at) === undefined) lines.push(`${at} is ${there} in the pod and not here`);
  }
  return lines;
}

function rulesOf({ invariants, places }: Simulation): IgnoreRules {
  const rules = new IgnoreRules({ extra: [], ignoreCase: false });
  const folders = ['', ...[...invariants.local.entries()].filter(([, kind]) => kind === 'folder').map(([at]) => at)];
  for (const folder of folders) {
    for (const name of ignoreFileNames) {
      const at = path.posix.join(folder, name);
      if (invariants.local.get(at)?.startsWith('file') !== true) continue;
      rules.setFile(syncPath(folder), name, readFileSync(path.join(places.tree('local'), at), 'utf8'));
    }
  }
  return rules;
}

function syncPath(at: string): SyncPath {
  const read = readSyncPath(at);
  if (read === undefined) throw new Error(`Not a sync path: ${at}`);
  return read;
}

function modeOf(tree: string, at: string): boolean {
  return (lstatSync(path.join(tree, at)).mode & 0o100) !== 0;
}

/** What is unfinished is gone, and nothing outside was touched. */
function leftovers(simulation: Simulation): void {
  const { places, swarm } = simulation;
  if (simulation.violation !== undefined) return;
  const staged = readdirSync(path.join(places.state('pod'), 'stage'));
  // What a bad disk would not let go of goes when the sidecar starts again.
  if (staged.length > 0 && !swarm.podFaults) simulation.violated(`the stage still holds ${staged.join()}`);
  const outside = readdirSync(places.outside);
  if (outside.join() !== 'secret') simulation.violated(`I4: outside there is ${outside.join()}`);
}
