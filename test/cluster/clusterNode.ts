import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { until } from '../machine/until.ts';
import { makeCertificates } from './certificates.ts';
import { makeCgroups, removeCgroups } from './cgroups.ts';
import { writeComponentFiles } from './componentFiles.ts';
import { clusterComponents } from './components.ts';
import { childOf, forgetProcesses, recordProcesses, runningProcesses } from './leader.ts';
import type { ClusterPlace } from './place.ts';
import type { ProgramFolders } from './programs.ts';

/** Starts the cluster's processes in namespaces of their own, and the link to them; does not wait for them to be ready. */
export async function startNode(place: ClusterPlace, programs: ProgramFolders): Promise<void> {
  refuseTakenAddress(place);
  const folders = ['etcd', 'kubelet', 'logs', 'pids', 'components', 'cni', 'containerd'];
  for (const folder of folders) mkdirSync(path.join(place.state, folder), { recursive: true });
  makeCertificates(place);
  writeComponentFiles(place, programs);
  makeCgroups(place);
  const leader = spawnNode(place, programs);
  const node = await until('the cluster’s first process runs', () => childOf(leader));
  recordProcesses(place, leader, node);
  linkTo(place, node);
}

/** Ends all processes of the cluster, its link and its cgroups; what is gone already is fine. */
export async function stopNode(place: ClusterPlace): Promise<void> {
  const { leader, node } = runningProcesses(place);
  for (const one of [leader, node]) if (one !== undefined) killProcess(one.pid);
  // The first process of a process namespace is gone only after all others in there are.
  await until('the cluster’s processes ended', () => Object.keys(runningProcesses(place)).length === 0);
  forgetProcesses(place);
  spawnSync('ip', ['link', 'delete', place.link], { stdio: 'ignore' });
  await until('the kernel let go of the cluster’s cgroups', () => removeCgroups(place), 20_000);
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function spawnNode(place: ClusterPlace, programs: ProgramFolders): number {
  const log = openSync(path.join(place.logs, 'node.log'), 'w');
  const components = clusterComponents(place, programs);
  for (const { name, command } of components) {
    writeFileSync(path.join(place.state, 'components', name), `${command.join('\n')}\n`);
  }
  const names = (when: string): string => components.flatMap((one) => (one.when === when ? [one.name] : [])).join(' ');
  const own = ['--mount', '--propagation', 'private', '--net', '--pid', '--fork', '--kill-child'];
  const child = spawn('unshare', [...own, 'bash', path.join(import.meta.dirname, 'node.sh')], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      STATE: place.state,
      HOST: place.hostAddress,
      NODE: place.nodeAddress,
      AT_ONCE: names('at once'),
      WITH_API_SERVER: names('with the API server'),
      KUBECTL: path.join(programs.kubernetes ?? '', 'kubectl'),
      CTR: path.join(programs.containerd ?? '', 'ctr'),
    },
  });
  child.unref();
  closeSync(log);
  if (child.pid === undefined) throw new Error('The program unshare could not be started.');
  return child.pid;
}

function refuseTakenAddress(place: ClusterPlace): void {
  const taken = Object.entries(networkInterfaces()).find(([, addresses = []]) =>
    addresses.some(({ address }) => address === place.hostAddress || address === place.nodeAddress),
  );
  if (taken !== undefined) {
    throw new Error(
      `The cluster’s address ${place.hostAddress} belongs to the interface ${taken[0]}; move the checkout, or use --context NAME.`,
    );
  }
}

function linkTo(place: ClusterPlace, node: number): void {
  const ip = (...args: readonly string[]): void => {
    execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  ip('link', 'add', place.link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(node));
  ip('addr', 'add', `${place.hostAddress}/30`, 'dev', place.link);
  ip('link', 'set', place.link, 'up');
}
