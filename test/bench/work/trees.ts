import { renameSync } from 'node:fs';
import { Branches } from '../tree/branches.ts';
import { machineTime } from '../pod/lookout.ts';
import type { Stand } from './stand.ts';
import { count, type Work } from './work.ts';

/** A whole tree is brought into an empty folder. */
export function firstSync(name: string, tree: Work['tree'], megabytes: (files: number) => number): Work {
  return {
    name,
    tree,
    title: (sizes) => `first sync, ${count(sizes[tree])} files, ${megabytes(sizes[tree])} MB`,
    run: (stand) => stand.measure({ atLeast: 1, atMost: 1 }, () => timed(() => stand.peer.bring())),
  };
}

/** Git checks another branch out; the time from its end until everything is in the pod. */
export const branchSwitch: Work = {
  name: 'branch-switch',
  tree: 'project',
  title: ({ project }) => `branch switch, ${count(project)} paths differ`,
  async run(stand) {
    const branches = branchesOf(stand);
    branches.reset();
    const { peer } = stand;
    await peer.bring({ changed: [stand.tree.edited], removed: [] });
    const before = await peer.reloads?.();
    const measured = await stand.measure({ atLeast: 2, atMost: 6 }, () => {
      const change = branches.switch();
      return timed(() => peer.bring(change));
    });
    const reloads = await peer.reloads?.();
    branches.reset();
    await peer.bring({ changed: [stand.tree.edited], removed: [] });
    if (reloads === undefined || before === undefined) return measured;
    return { ...measured, note: `${((reloads - before) / measured.times.length).toFixed(1)} reloads each` };
  },
};

/** A folder gets another name, and its own again. */
export const renameFolder: Work = {
  name: 'rename-folder',
  tree: 'monorepo',
  title: ({ monorepo }) => `folder of ${count(monorepo / 10)} files renamed`,
  async run(stand) {
    if (!stand.peer.deletes) return undefined;
    const { name } = stand.tree.folder;
    const names = [name, `${name}-renamed`];
    const rename = (round: number): void => {
      renameSync(stand.here(names[round % 2] ?? ''), stand.here(names[(round + 1) % 2] ?? ''));
    };
    const measured = await stand.measure({ atLeast: 2, atMost: 4 }, (round) => {
      rename(round);
      return timed(() => stand.peer.bring());
    });
    if (measured.times.length % 2 === 1) {
      rename(1);
      await stand.peer.bring();
    }
    return measured;
  },
};

/** Everything is equal on both sides, and that has to be found out. */
export function again(name: string, tree: Work['tree'], how: 'reconnect' | 'reopen'): Work {
  const what = how === 'reconnect' ? 'connection lost and back' : 'window closed and opened';
  return {
    name,
    tree,
    title: (sizes) => `${what}, nothing changed, ${count(sizes[tree])} files`,
    async run(stand) {
      const comeBack = stand.peer[how];
      if (comeBack === undefined) return undefined;
      return stand.measure({ atLeast: 1, atMost: 5 }, () => timed(comeBack));
    },
  };
}

/** Nothing happens for a while. */
export const idle: Work = {
  name: 'idle',
  tree: 'monorepo',
  title: ({ monorepo, idleSeconds }) => `nothing happens for ${idleSeconds} s, ${count(monorepo)} files`,
  async run(stand) {
    if (!stand.peer.watches) return undefined;
    const { idleSeconds } = stand.sizes;
    using meter = await stand.meter();
    await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000));
    const cost = await meter.stop();
    const share = (seconds: number): string => `${((seconds / idleSeconds) * 100).toFixed(2)} %`;
    const { up, down } = cost.traffic;
    const pod = cost.cpuPod === undefined ? '' : ` and ${share(cost.cpuPod)}`;
    const note = `${share(cost.cpuHere)}${pod} of a core, ${((up + down) / idleSeconds).toFixed(0)} B/s`;
    return { times: [], cost, note };
  },
};

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = machineTime();
  await act();
  return machineTime() - began;
}

const branchesByRoot = new Map<string, Branches>();

/** All peers switch between the same two branches. */
function branchesOf({ tree }: Stand): Branches {
  const known = branchesByRoot.get(tree.root);
  if (known !== undefined) return known;
  const made = Branches.make(tree);
  branchesByRoot.set(tree.root, made);
  return made;
}
