import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Disposable } from '../../src/base/disposable.ts';
import { connectTestCluster, type TestCluster } from '../cluster/fixture.ts';
import { installDebianPackages } from '../machine/debianPackages.ts';
import { endWithProcess } from '../machine/endWithProcess.ts';
import { type Peer, type PeerName, type PeerPlace } from './peers/peer.ts';
import { PodloopPeer } from './peers/podloopPeer.ts';
import { RsyncPeer } from './peers/rsyncPeer.ts';
import { SyncthingPeer } from './peers/syncthingPeer.ts';
import { TarPeer } from './peers/tarPeer.ts';
import { type BenchPod, startBenchPod } from './pod/benchPod.ts';
import type { Row } from './row.ts';
import { spreadOf } from './statistics.ts';
import { line } from './table.ts';
import { treeDigest } from './tree/treeDigest.ts';
import { type Tree, writeMonorepo, writeProject } from './tree/trees.ts';
import { ContainerGroup } from './usage/containerGroup.ts';
import { Wire } from './wire/wire.ts';
import { type Measured, type Sizes, Stand } from './work/stand.ts';
import { measureTunnel } from './work/tunnel.ts';
import type { Work } from './work/work.ts';
import { works } from './work/works.ts';

/** What is measured. */
export interface SyncBenchOptions {
  readonly sizes: Sizes;
  readonly peers: readonly PeerName[];
  /** Whether a work, or the tunnel, is wanted, by its name. */
  readonly isWanted: (work: string) => boolean;
  /** Folder for processor profiles of both ends of Podloop. */
  readonly profile: string | undefined;
  readonly say: (line: string) => void;
}

export const fullSizes: Sizes = {
  project: 5_000,
  monorepo: 100_000,
  medium: 50e6,
  large: 1e9,
  shifted: 200e6,
  upload: 500e6,
  seconds: 8,
  edits: 200,
  idleSeconds: 60,
};
export const quickSizes: Sizes = {
  project: 1_000,
  monorepo: 10_000,
  medium: 10e6,
  large: 50e6,
  shifted: 20e6,
  upload: 100e6,
  seconds: 1,
  edits: 30,
  idleSeconds: 5,
};

const constructors: Readonly<Record<PeerName, new (place: PeerPlace) => Peer>> = {
  Podloop: PodloopPeer,
  tar: TarPeer,
  rsync: RsyncPeer,
  Syncthing: SyncthingPeer,
};

/** Debian packages that the peers need on this machine. */
const debianPackages = ['git', 'rsync', 'syncthing', 'tar'];

/** All works with all peers, one peer at a time: each tree in one pod, every peer in a folder of its own. */
export async function measureSync(options: SyncBenchOptions): Promise<Row[]> {
  await installDebianPackages(debianPackages, options.say);
  const room = await Room.open(options);
  try {
    const rows = [...(await room.tunnel())];
    for (const tree of ['project', 'monorepo'] as const) rows.push(...(await room.tree(tree)));
    const order = new Map(works.map(({ name }, index) => [name, index]));
    return rows.sort((a, b) => (order.get(a.work) ?? -1) - (order.get(b.work) ?? -1));
  } finally {
    await room[Symbol.asyncDispose]();
  }
}

class Room implements AsyncDisposable {
  readonly #options: SyncBenchOptions;
  readonly #cluster: TestCluster;
  readonly #base: string;
  readonly #wire: Wire;
  readonly #interrupted: Disposable;

  private constructor(
    options: SyncBenchOptions,
    parts: { cluster: TestCluster; base: string; wire: Wire; interrupted: Disposable },
  ) {
    this.#options = options;
    this.#cluster = parts.cluster;
    this.#base = parts.base;
    this.#wire = parts.wire;
    this.#interrupted = parts.interrupted;
  }

  static async open(options: SyncBenchOptions): Promise<Room> {
    const cluster = await connectTestCluster();
    const base = mkdtempSync(path.join(tmpdir(), 'podloop-bench-'));
    const interrupted = endWithProcess(() => rmSync(base, { recursive: true, force: true }));
    return new Room(options, { cluster, base, wire: await Wire.open(cluster, base), interrupted });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#wire[Symbol.asyncDispose]();
    this.#cluster.dispose();
    this.#interrupted.dispose();
    rmSync(this.#base, { recursive: true, force: true });
  }

  async tunnel(): Promise<Row[]> {
    const { isWanted, say } = this.#options;
    if (!isWanted('tunnel')) return [];
    say('the bare tunnel');
    await using pod = await startBenchPod(this.#cluster, 'tunnel', false);
    const kubeconfig = await this.#wire.door('tunnel');
    const { context } = this.#cluster;
    const rows = await measureTunnel(pod, this.#wire, { kubeconfig, context, roundTrips: [0, 10, 30, 100] });
    for (const row of rows) say(`  ${row.title}: ${line(row).trim()}`);
    return rows;
  }

  /** All wanted works of one tree. */
  async tree(kind: Work['tree']): Promise<Row[]> {
    const { isWanted, sizes, say } = this.#options;
    const [first, ...others] = works.filter(({ tree }) => tree === kind);
    const wanted = others.filter(({ name }) => isWanted(name));
    if (first === undefined || (wanted.length === 0 && !isWanted(first.name))) return [];
    const root = path.join(this.#base, kind);
    say(`writing a tree of ${sizes[kind]} files`);
    const tree = (kind === 'project' ? writeProject : writeMonorepo)(root, sizes[kind]);
    await using pod = await startBenchPod(this.#cluster, kind, this.#options.profile !== undefined);
    const rows: Row[] = [];
    for (const name of this.#options.peers) {
      say(name);
      const done = await this.#peer(name, tree, pod, [first, ...wanted]);
      rows.push(...done.filter(({ work }) => isWanted(work)));
    }
    rmSync(root, { recursive: true });
    return rows;
  }

  /** The works of one peer; once its first sync failed nothing else is tried. */
  async #peer(name: PeerName, tree: Tree, pod: BenchPod, todo: readonly Work[]): Promise<Row[]> {
    const { profile, say, sizes } = this.#options;
    const state = path.join(this.#base, `${path.basename(tree.root)}-${name}`);
    mkdirSync(state);
    const kubeconfig = await this.#wire.door(name);
    const { context, kubeconfig: asking } = this.#cluster;
    const peer = new constructors[name]({
      tree,
      pod,
      kubeconfig,
      asking,
      context,
      kubectl: this.#cluster.program,
      state,
      profile,
    });
    const rows: Row[] = [];
    try {
      const group = ContainerGroup.find(await pod.containerId(peer.container));
      const stand = new Stand({ peer, tree, pod, wire: this.#wire, sizes }, group);
      await peer.open();
      for (const [index, work] of todo.entries()) {
        const row = await rowOf(work, stand);
        rows.push(row);
        say(`  ${row.title}\n  ${line(row)}`);
        if (index === 0 && row.result.kind === 'failed') return rows;
      }
      if (peer.deletes) await compare(stand, say);
    } catch (error) {
      say(`  ${name} gave up: ${String(error)}`);
    } finally {
      await peer.close();
      if (peer.container === 'peers') await pod.lookout.remove(peer.target);
    }
    return rows;
  }
}

async function rowOf(work: Work, stand: Stand): Promise<Row> {
  const { name, title } = work;
  const head = { work: name, title: title(stand.sizes), peer: stand.peer.name };
  try {
    const measured = await work.run(stand);
    return { ...head, result: measured === undefined ? { kind: 'cannot' } : resultOf(measured) };
  } catch (error) {
    return { ...head, result: { kind: 'failed', reason: error instanceof Error ? error.message : String(error) } };
  }
}

function resultOf({ times, cost, note = '' }: Measured): Row['result'] {
  const each = Math.max(1, times.length);
  return {
    kind: 'measured',
    ...(times.length === 0 ? {} : { time: spreadOf(times) }),
    sent: cost.traffic.up / each,
    received: cost.traffic.down / each,
    cpuHere: cost.cpuHere / each,
    cpuPod: cost.cpuPod === undefined ? undefined : cost.cpuPod / each,
    memoryHere: cost.memoryHere,
    memoryPod: cost.memoryPod,
    note,
  };
}

/** What was measured is worth nothing where the pod does not have what this machine has. */
async function compare({ peer, tree, pod }: Stand, say: (line: string) => void): Promise<void> {
  await peer.bring();
  const [here, there] = [treeDigest(tree.root), await pod.lookout.digest(peer.target)];
  const equal = here.digest === there.digest;
  say(
    equal
      ? `  both trees are equal: ${here.files} files`
      : `  THE TREES DIFFER: ${here.files} and ${there.files} files`,
  );
}
