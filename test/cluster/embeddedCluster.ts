import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { installDebianPackages } from '../machine/debianPackages.ts';
import { until } from '../machine/until.ts';
import { startNode, stopNode } from './clusterNode.ts';
import { type ComponentName, clusterComponents } from './components.ts';
import { undoAllFaults } from './faults.ts';
import { importImages } from './images.ts';
import { runningProcesses, startOfCluster } from './leader.ts';
import { withMachineLock } from './machineLock.ts';
import { type ClusterPlace, clusterPlace, contextName } from './place.ts';
import { buildPrograms, type ProgramFolders, programFolders } from './programs.ts';
import { runProgram } from './runProgram.ts';

/** How to reach a cluster. */
export interface ClusterAddress {
  readonly kubeconfig: string;
  readonly context: string;
}

/** Whether a cluster answers, and what is wrong when it does not. */
export type ClusterStatus =
  { readonly kind: 'up' } | { readonly kind: 'down' } | { readonly kind: 'broken'; readonly reason: string };

/** Which cluster, and which images it gets besides the one that every pod needs: all, those of these names, or none. */
export interface UpOptions {
  readonly place?: ClusterPlace;
  readonly images?: readonly string[] | false;
}

const debianPackages = [
  'buildah',
  'ca-certificates',
  'gcc',
  'iproute2',
  'iptables',
  'libc6-dev',
  'libseccomp-dev',
  'mmdebstrap',
  'openssl',
  'pkg-config',
];

/** How long a cluster whose processes run may take to answer before it is started again. */
const patience = 20_000;

/**
 * Brings the embedded cluster up: installs and builds what is missing, starts it where it is down, starts it again with
 * its objects where it is broken, imports new images. Quick when all is there. Throws, before anything is changed, where
 * the platform cannot carry it.
 */
export async function up(report: (line: string) => void, options: UpOptions = {}): Promise<ClusterAddress> {
  const place = options.place ?? clusterPlace();
  refusePlatform();
  await installDebianPackages(debianPackages, report);
  const programs = await buildPrograms(report);
  const address = { kubeconfig: place.kubeconfig, context: contextName };
  if ((await status(place)).kind !== 'up') await alone(place, report, () => ensureRunning(place, programs, report));
  await importImages(place, programs, report, options.images === false ? [] : options.images);
  return address;
}

/**
 * Ends the cluster and takes away all of it but its keys, images and logs; does nothing when it is down. Objects are
 * gone: the next cluster is born empty.
 */
export async function down(place: ClusterPlace = clusterPlace()): Promise<void> {
  await alone(
    place,
    () => undefined,
    async () => {
      await stopNode(place);
      forgetObjects(place);
    },
  );
}

/** What can be said of the cluster now. */
export async function status(place: ClusterPlace = clusterPlace()): Promise<ClusterStatus> {
  const { leader, node } = runningProcesses(place);
  if (leader === undefined || node === undefined) return { kind: 'down' };
  const programs = await programFolders();
  const missing = clusterComponents(place, programs).filter(({ name }) => !runningComponents(place).includes(name));
  if (missing.length > 0) return { kind: 'broken', reason: missing.map((one) => failure(place, one.name)).join('\n') };
  try {
    return nodeStatus(
      await kubectl(place, programs, [...readyCondition, '--request-timeout=5s']),
      startOfCluster(place),
    );
  } catch (error) {
    return { kind: 'broken', reason: (error as Error).message };
  }
}

/** Arguments that lead kubectl to this cluster and nowhere else. */
export function kubectlTo(place: ClusterPlace): readonly string[] {
  return ['--kubeconfig', place.kubeconfig, '--context', contextName];
}

function kubectl(place: ClusterPlace, programs: ProgramFolders, args: readonly string[]): Promise<string> {
  return runProgram(path.join(programs.kubernetes ?? '', 'kubectl'), [...kubectlTo(place), ...args]);
}

const readyPath = '{.items[*].status.conditions[?(@.type=="Ready")]';
const readyCondition = ['get', 'nodes', '-o', `jsonpath=${readyPath}.status} ${readyPath}.lastHeartbeatTime}`];

/** A node that was ready in an earlier life of the cluster still says so until its kubelet has spoken. */
function nodeStatus(answer: string, started: Date): ClusterStatus {
  const [ready, heartbeat] = answer.split(' ');
  // Heartbeats are told in whole seconds.
  const isFresh = heartbeat !== undefined && Date.parse(heartbeat) > started.getTime() - 1_000;
  return ready === 'True' && isFresh ? { kind: 'up' } : { kind: 'broken', reason: 'the node is not ready' };
}

function alone<T>(place: ClusterPlace, report: (line: string) => void, action: () => Promise<T>): Promise<T> {
  const waiting = (): void => {
    report('waiting for another process that starts or stops this cluster');
  };
  return withMachineLock(path.join(place.state, 'lock'), waiting, action);
}

async function ensureRunning(
  place: ClusterPlace,
  programs: ProgramFolders,
  report: (line: string) => void,
): Promise<void> {
  const before = await status(place);
  if (before.kind === 'up') return;
  const started = performance.now();
  const after = (what: string): void => {
    report(`cluster: ${what} after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  };
  if (before.kind === 'broken') {
    report(`cluster: ${before.reason}`);
    // What ended is started again by the node's first process.
    try {
      undoAllFaults(place);
      await awaitReady(place, programs, patience);
      after('it is well again');
      return;
    } catch {
      report('cluster: it does not recover; starting it again');
    }
  }
  await stopNode(place);
  const hadObjects = existsSync(path.join(place.state, 'etcd', 'member'));
  await startNode(place, programs);
  try {
    await awaitReady(place, programs, 60_000);
  } catch (error) {
    if (!hadObjects) throw error;
    // The database is written without waiting for the disk, so that a power cut can spoil it.
    report(`cluster: it does not start with the objects it had; starting an empty one. ${(error as Error).message}`);
    await stopNode(place);
    forgetObjects(place);
    await startNode(place, programs);
    await awaitReady(place, programs, 60_000);
  }
  after('the node is ready');
}

/** Removes all that an earlier cluster of this place left on disk but its keys, images and logs. */
function forgetObjects(place: ClusterPlace): void {
  for (const folder of ['etcd', 'kubelet', 'pids', 'components', 'cgroup', 'cni']) {
    rmSync(path.join(place.state, folder), { recursive: true, force: true });
  }
}

async function awaitReady(place: ClusterPlace, programs: ProgramFolders, deadline: number): Promise<void> {
  const earlier = endsOfComponents(place);
  let reason = 'it did not get far enough to say why';
  const ready = async (): Promise<'up' | 'hopeless' | false> => {
    const now = await status(place);
    if (now.kind === 'broken') reason = now.reason;
    if (now.kind === 'up') return 'up';
    const hopeless = [...endsOfComponents(place)].find(([name, ends]) => ends - (earlier.get(name) ?? 0) >= 5);
    if (hopeless !== undefined) reason = failure(place, hopeless[0]);
    return hopeless === undefined ? false : 'hopeless';
  };
  try {
    if ((await until('the node is ready', ready, deadline)) === 'hopeless')
      throw new Error('A component keeps ending.');
    await until('the default service account is there', () =>
      kubectl(place, programs, ['get', 'serviceaccount', 'default']),
    );
    await until('the cluster’s DNS answers', () => namesAreServed(place));
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`The cluster is not ready. ${message}\n${reason}\nAll logs are in ${place.logs}.`, {
      cause: error,
    });
  }
}

/** How often each component ended in the life of this cluster, as the node's first process counts. */
function endsOfComponents(place: ClusterPlace): ReadonlyMap<ComponentName, number> {
  const ends = new Map<ComponentName, number>();
  for (const [, name] of readFileSync(path.join(place.logs, 'node.log'), 'utf8').matchAll(/^podloop: (\S+) ended/gm)) {
    const component = name as ComponentName;
    ends.set(component, (ends.get(component) ?? 0) + 1);
  }
  return ends;
}

async function namesAreServed(place: ClusterPlace): Promise<boolean> {
  const answer = await fetch(`http://${place.nodeAddress}:8181/ready`, { signal: AbortSignal.timeout(2_000) });
  return answer.ok;
}

function runningComponents(place: ClusterPlace): string[] {
  return readdirSync(path.join(place.state, 'pids'));
}

function failure(place: ClusterPlace, component: ComponentName): string {
  return `${component} does not run; the end of ${path.join(place.logs, `${component}.log`)}:\n${lastLines(place, component)}`;
}

function lastLines(place: ClusterPlace, component: ComponentName): string {
  try {
    const lines = readFileSync(path.join(place.logs, `${component}.log`), 'utf8')
      .trimEnd()
      .split('\n');
    return lines
      .slice(-5)
      .map((line) => `  ${line}`)
      .join('\n');
  } catch {
    return '  (no log)';
  }
}

function refusePlatform(): void {
  const reason =
    process.platform !== 'linux'
      ? 'it needs Linux'
      : process.getuid?.() !== 0
        ? 'it needs root'
        : spawnSync('go', ['version']).status !== 0
          ? 'it needs Go to build its programs'
          : spawnSync('unshare', ['--mount', '--net', '--pid', '--fork', 'true']).status !== 0
            ? 'it may not make namespaces'
            : undefined;
  if (reason === undefined) return;
  throw new Error(`The embedded cluster cannot run here: ${reason}. Use a cluster of yours with --context NAME.`);
}
