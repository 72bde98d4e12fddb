import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installDebianPackages } from '../machine/debianPackages.ts';
import { until } from '../machine/until.ts';
import { makeCertificates } from './certificates.ts';
import { writeComponentFiles } from './componentFiles.ts';
import { importImages } from './images.ts';
import { type ClusterPlace, clusterPlace, contextName } from './place.ts';
import { buildPrograms, type ProgramFolders, programFolders } from './programs.ts';

/** How to reach a cluster. */
export interface ClusterAddress {
  readonly kubeconfig: string;
  readonly context: string;
}

/** Whether a cluster answers, and what is wrong when it does not. */
export type ClusterStatus =
  { readonly kind: 'up' } | { readonly kind: 'down' } | { readonly kind: 'broken'; readonly reason: string };

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

/**
 * Brings the embedded cluster up: installs and builds what is missing, starts it where it is down or broken, imports
 * new images. Quick when all is there. Throws, before anything is changed, where the platform cannot carry it.
 */
export async function up(
  report: (line: string) => void,
  options: { place?: ClusterPlace; images?: boolean } = {},
): Promise<ClusterAddress> {
  const place = options.place ?? clusterPlace();
  refusePlatform();
  await installDebianPackages(debianPackages, report);
  const programs = await buildPrograms(report);
  if ((await status(place)).kind !== 'up') {
    await down(place);
    const started = performance.now();
    await start(place, programs);
    report(`cluster: node is ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
  if (options.images !== false) await importImages(place, programs, report);
  return { kubeconfig: place.kubeconfig, context: contextName };
}

/** Ends the cluster and takes away everything of it but its folder; does nothing when it is down. */
export async function down(place: ClusterPlace = clusterPlace()): Promise<void> {
  const leader = runningLeader(place);
  if (leader !== undefined) {
    process.kill(leader, 'SIGKILL');
    await until('the cluster ended', () => runningLeader(place) === undefined);
  }
  rmSync(path.join(place.state, 'leader.json'), { force: true });
  spawnSync('ip', ['link', 'delete', place.link], { stdio: 'ignore' });
  await until('the kernel let go of the cluster’s cgroups', () => removeCgroups(place), 20_000);
}

/** What can be said of the cluster now. */
export async function status(place: ClusterPlace = clusterPlace()): Promise<ClusterStatus> {
  if (runningLeader(place) === undefined) return { kind: 'down' };
  const programs = await programFolders();
  const nodes = spawnSync(
    `${programs.kubernetes}/kubectl`,
    [...kubectlTo(place), 'get', 'nodes', '--no-headers', '--request-timeout=5s'],
    {
      encoding: 'utf8',
    },
  );
  if (/\sReady\s/.test(nodes.stdout)) return { kind: 'up' };
  return { kind: 'broken', reason: (nodes.stderr || nodes.stdout).trim() };
}

/** Arguments that lead kubectl to this cluster and nowhere else. */
export function kubectlTo(place: ClusterPlace): readonly string[] {
  return ['--kubeconfig', place.kubeconfig, '--context', contextName];
}

async function start(place: ClusterPlace, programs: ProgramFolders): Promise<void> {
  // A cluster is born empty: only keys and images survive from an earlier one.
  for (const folder of ['etcd', 'kubelet', 'logs', 'pids', 'cni'])
    rmSync(path.join(place.state, folder), { recursive: true, force: true });
  for (const folder of ['etcd', 'kubelet', 'logs', 'pids', 'cni', 'containerd'])
    mkdirSync(path.join(place.state, folder), { recursive: true });
  makeCertificates(place);
  writeComponentFiles(place, programs);
  makeCgroups(place);
  const leader = spawnNode(place, programs);
  linkTo(place, await until('the node’s first process runs', () => childOf(leader)));
  const kubectl = (...args: readonly string[]): string =>
    execFileSync(`${programs.kubernetes}/kubectl`, [...kubectlTo(place), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  try {
    await until('the node is ready', () => /\sReady\s/.test(kubectl('get', 'nodes', '--no-headers')), 60_000);
    await until(
      'the default service account is there',
      () => kubectl('get', 'serviceaccount', 'default') !== '',
      30_000,
    );
  } catch (error) {
    throw new Error(`The cluster did not start. Its logs are in ${place.logs}.\n${lastLines(place)}`, { cause: error });
  }
}

function spawnNode(place: ClusterPlace, programs: ProgramFolders): number {
  const log = openSync(path.join(place.logs, 'node.log'), 'a');
  const bins = Object.entries(programs).map(([name, folder]) => [`BIN_${name.toUpperCase()}`, folder] as const);
  const child = spawn(
    'unshare',
    ['--mount', '--net', '--pid', '--fork', '--kill-child', 'bash', path.join(import.meta.dirname, 'node.sh')],
    {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        STATE: place.state,
        HOST: place.hostAddress,
        NODE: place.nodeAddress,
        ...Object.fromEntries(bins),
      },
    },
  );
  child.unref();
  closeSync(log);
  if (child.pid === undefined) throw new Error('The program unshare could not be started.');
  writeFileSync(path.join(place.state, 'leader.json'), JSON.stringify({ pid: child.pid, start: startTime(child.pid) }));
  return child.pid;
}

function linkTo(place: ClusterPlace, node: number): void {
  const ip = (...args: readonly string[]): void => {
    execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  ip('link', 'add', place.link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(node));
  ip('addr', 'add', `${place.hostAddress}/30`, 'dev', place.link);
  ip('link', 'set', place.link, 'up');
}

/** The process whose end is the cluster's end; recognised by its start time too, since numbers are used again. */
function runningLeader(place: ClusterPlace): number | undefined {
  const file = path.join(place.state, 'leader.json');
  if (!existsSync(file)) return undefined;
  const { pid, start: started } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; start: string };
  return startTime(pid) === started ? pid : undefined;
}

function startTime(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    // A zombie is over, though its number is still taken.
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function childOf(pid: number): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? undefined : Number(children.split(' ')[0]);
}

function cgroupFolders(place: ClusterPlace): string[] {
  const unified = existsSync('/sys/fs/cgroup/cgroup.controllers');
  const listed = spawnSync('find', ['/sys/fs/cgroup', '-mindepth', '1', '-maxdepth', '1', '-type', 'd'], {
    encoding: 'utf8',
  });
  const hierarchies = unified ? ['/sys/fs/cgroup'] : listed.stdout.split('\n').filter((line) => line !== '');
  return hierarchies.map((hierarchy) => path.join(hierarchy, place.cgroup));
}

function makeCgroups(place: ClusterPlace): void {
  for (const folder of cgroupFolders(place)) {
    mkdirSync(folder, { recursive: true });
    // In cgroup v1 a new cpuset has no processors and no memory until it is told some.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      const own = path.join(folder, file);
      if (existsSync(own)) writeFileSync(own, readFileSync(path.join(path.dirname(folder), file)));
    }
  }
}

/** Removes this cluster's cgroups, deepest first; false while the kernel still counts processes in one. */
function removeCgroups(place: ClusterPlace): boolean {
  const folders = cgroupFolders(place).filter((folder) => existsSync(folder));
  if (folders.length > 0)
    spawnSync('find', [...folders, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';'], { stdio: 'ignore' });
  return !folders.some((folder) => existsSync(folder));
}

function lastLines(place: ClusterPlace): string {
  const tail = spawnSync('bash', ['-c', 'tail -n 4 "$1"/*.log', 'tail', place.logs], { encoding: 'utf8' });
  return tail.stdout;
}

function refusePlatform(): void {
  const reason =
    process.platform !== 'linux'
      ? 'it needs Linux'
      : process.getuid?.() !== 0
        ? 'it needs root'
        : spawnSync('go', ['version']).status !== 0
          ? 'it needs Go to build its programs'
          : undefined;
  if (reason === undefined) return;
  throw new Error(`The embedded cluster cannot run here: ${reason}. Use a cluster of yours with --context NAME.`);
}
