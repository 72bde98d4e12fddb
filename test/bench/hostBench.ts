import { readFile } from 'node:fs/promises';
import { openShopWorld, type ShopWorld } from '../e2e/shopWorld.ts';
import { ShopLoop } from '../e2e/shopLoop.ts';
import type { Figures, Row } from './row.ts';
import { spreadOf } from './statistics.ts';

/** What Podloop costs a window of VS Code and a pod: a session of the sample shop, left alone for `idleSeconds`. */
export async function measureHost(idleSeconds: number): Promise<Row[]> {
  const world = await openShopWorld({ name: 'bench' });
  try {
    const loop = new ShopLoop(world, async (_name, act) => act());
    const activation = await world.vsCode.runningExtensions.activationTime('Podloop');
    const hostBefore = await hostUsage(world);
    await loop.findWorkload();
    await loop.startDevelop();
    const [host, sidecar] = [await hostUsage(world), await sidecarUsage(world)];
    const started = performance.now();
    await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000));
    const seconds = (performance.now() - started) / 1000;
    const [hostAfter, sidecarAfter] = [await hostUsage(world), await sidecarUsage(world)];
    await loop.endDevelop();
    const [cpuHere, cpuPod] = [hostAfter.cpu - host.cpu, sidecarAfter.cpu - sidecar.cpu];
    const share = (used: number): string => `${((used / seconds) * 100).toFixed(2)} %`;
    const more = (hostAfter.resident - hostBefore.resident) / 1024 ** 2;
    const idle: Figures = {
      cpuHere,
      cpuPod,
      memoryHere: hostAfter.resident,
      memoryPod: sidecarAfter.resident,
      note: `${share(cpuHere)} and ${share(cpuPod)} of a core; the extension host has ${more.toFixed(0)} MiB more than before`,
    };
    return [
      row('activation', 'activation in a window', { time: spreadOf([activation]) }),
      row('window', `a window in a session, nothing happens for ${idleSeconds} s`, idle),
    ];
  } finally {
    await world.dispose();
  }
}

function row(work: string, title: string, figures: Figures): Row {
  return { work, title, peer: 'Podloop', result: { kind: 'measured', ...figures } };
}

/** Resident memory in bytes, and seconds of processor time so far. */
interface Usage {
  readonly resident: number;
  readonly cpu: number;
}

async function hostUsage(world: ShopWorld): Promise<Usage> {
  const [host] = world.vsCode.server.extensionHosts();
  if (host === undefined) throw new Error('No extension host runs.');
  const [status, stat] = await Promise.all(
    ['status', 'stat'].map((name) => readFile(`/proc/${host.pid}/${name}`, 'utf8')),
  );
  return usageOf(status ?? '', stat ?? '');
}

async function sidecarUsage({ cluster, namespace }: ShopWorld): Promise<Usage> {
  // The container's first process is a shell that only waits for the program.
  const script = 'for p in /proc/[0-9]*; do case $(readlink $p/exe) in *node) cat $p/stat $p/status;; esac; done';
  const place = ['exec', '-n', namespace, 'deployment/web', '-c', 'podloop-sidecar'];
  const [stat = '', ...status] = (await cluster.kubectl([...place, '--', 'sh', '-c', script])).split('\n');
  return usageOf(status.join('\n'), stat);
}

/** From Linux's `/proc/PID/status` and `stat`, whose clock ticks a hundred times a second. */
function usageOf(status: string, stat: string): Usage {
  const [, resident] = /VmRSS:\s+(\d+)/.exec(status) ?? [];
  // The name in parentheses may hold blanks; user and system time are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { resident: Number(resident) * 1024, cpu: (Number(fields[11]) + Number(fields[12])) / 100 };
}
