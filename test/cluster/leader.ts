import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ClusterPlace } from './place.ts';
import { runProgram } from './runProgram.ts';

/** A process, told from a later one of the same number by the time of its start (in clock ticks since boot). */
interface ProcessIdentity {
  readonly pid: number;
  readonly start: string;
}

/** The two processes whose end is the cluster's end. */
export interface ClusterProcesses {
  /** `unshare`, child of nobody; kills the node's first process when it dies. */
  readonly leader: ProcessIdentity;
  /** First process of the cluster's process namespace. */
  readonly node: ProcessIdentity;
}

/** Writes down which processes the cluster consists of; throws when one of them is over already. */
export function recordProcesses(place: ClusterPlace, leader: number, node: number): void {
  const identify = (pid: number): ProcessIdentity => {
    const start = startTime(pid);
    if (start === undefined)
      throw new Error(`The cluster’s first process ended at once. Its log is ${place.logs}/node.log.`);
    return { pid, start };
  };
  const processes: ClusterProcesses = { leader: identify(leader), node: identify(node) };
  writeFileSync(fileOf(place), JSON.stringify(processes));
}

/** Forgets the processes of a cluster that is down. */
export function forgetProcesses(place: ClusterPlace): void {
  rmSync(fileOf(place), { force: true });
}

/** The cluster's processes that run now; both on a cluster that is up. */
export function runningProcesses(place: ClusterPlace): Partial<ClusterProcesses> {
  if (!existsSync(fileOf(place))) return {};
  const { leader, node } = JSON.parse(readFileSync(fileOf(place), 'utf8')) as ClusterProcesses;
  return { ...(isRunning(leader) && { leader }), ...(isRunning(node) && { node }) };
}

/** When the cluster that is up was started. */
export function startOfCluster(place: ClusterPlace): Date {
  return statSync(fileOf(place)).mtime;
}

/** The child of a process, once it has one. */
export function childOf(pid: number): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? undefined : Number(children.split(' ')[0]);
}

/** Runs a program inside the cluster's namespaces and gives its output; throws when the cluster is down. */
export function runInNode(place: ClusterPlace, command: readonly string[]): Promise<string> {
  return runProgram('nsenter', enterNode(place, command));
}

/** Arguments for `nsenter` that run a command inside the cluster's namespaces. */
export function enterNode(place: ClusterPlace, command: readonly string[]): string[] {
  const { node } = runningProcesses(place);
  if (node === undefined) throw new Error('The embedded cluster is down.');
  return ['-t', String(node.pid), '-m', '-n', '-p', '--', ...command];
}

function fileOf(place: ClusterPlace): string {
  return path.join(place.state, 'processes.json');
}

function isRunning(identity: ProcessIdentity | undefined): boolean {
  return identity !== undefined && startTime(identity.pid) === identity.start;
}

function startTime(pid: number): string | undefined {
  try {
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    // A zombie is over, though its number is still taken.
    return state === 'Z' || state === 'X' ? undefined : fields[18];
  } catch {
    return undefined;
  }
}
