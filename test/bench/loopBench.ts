import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { localPath } from '../../src/base/paths.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import type { DevSession } from '../../src/session/devSession.ts';
import { startSession } from '../../src/session/openSession.ts';
import { programFolders } from '../cluster/programs.ts';
import { contextName } from '../cluster/place.ts';
import { type SessionBench, sessionBench } from '../integration/session/sessionBench.ts';
import { PodObserver } from './podObserver.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** What one run measured; times in milliseconds. */
export interface LoopFigures {
  readonly files: number;
  readonly bytes: number;
  readonly firstSync: number;
  readonly tarFirstSync: number;
  readonly edit: Spread;
  readonly tarEdit: Spread;
  readonly roundTrip: Spread;
  readonly start: Spread;
  readonly rollout: Spread;
  readonly end: Spread;
  readonly rolloutBack: Spread;
}

const devImage = 'docker.io/podloop/dev-node:24';
const edited = 'src/dir-7/file-7.ts';

/** Measures the loop beside `tar | kubectl exec` and plain rollouts, in one namespace of one cluster. */
export async function measureLoop(quick: boolean, report: (line: string) => void): Promise<LoopFigures> {
  const bench = await sessionBench();
  try {
    report('rollouts and dev mode');
    const rounds = await measureRounds(bench, quick ? 2 : 5);
    report('first sync');
    const size = await writeTree(bench.folder, quick ? 500 : 4_632);
    let began = performance.now();
    const session = await startSession(
      bench.machine('laptop'),
      request(bench),
      AbortSignal.timeout(300_000),
      (state) => {
        // Until the connection stands nothing is sent: the first sync begins with its step.
        if (state.phase.kind === 'starting' && state.phase.steps.at(-1)?.step === 'connect') began = performance.now();
      },
    );
    const phase = session.state.phase;
    if (phase.kind !== 'active') throw new Error(`The session is ${phase.kind}.`);
    const firstSync = performance.now() - began;
    const cluster = await bench.openCluster();
    report('edits');
    const edits = await measureEdits(bench, { session, cluster, pod: phase.pod }, quick ? 30 : 300);
    const peer = await measureTar(bench, { cluster, pod: phase.pod }, quick ? 5 : 30);
    cluster.dispose();
    await session.end(AbortSignal.timeout(60_000));
    return {
      ...size,
      firstSync,
      tarFirstSync: peer.first,
      edit: spreadOf(edits.edit),
      tarEdit: spreadOf(peer.edits),
      roundTrip: spreadOf(edits.roundTrip),
      start: spreadOf(rounds.start),
      rollout: spreadOf(rounds.rollout),
      end: spreadOf(rounds.end),
      rolloutBack: spreadOf(rounds.rolloutBack),
    };
  } finally {
    await bench.dispose();
  }
}

function request(bench: SessionBench) {
  return bench.request({ image: devImage, restartOnSync: false });
}

/** Start and End of a session on an empty folder, beside a plain change of the image and back. */
async function measureRounds(bench: SessionBench, rounds: number) {
  const times = { start: [] as number[], end: [] as number[], rollout: [] as number[], rolloutBack: [] as number[] };
  const timed = async (list: number[], work: () => Promise<unknown>): Promise<void> => {
    const started = performance.now();
    await work();
    list.push(performance.now() - started);
  };
  const kubectl = (...args: readonly string[]): Promise<string> =>
    bench.cluster.kubectl([...args, '-n', bench.namespace.name]);
  await kubectl('scale', 'deployment/web', '--replicas=1');
  await mkdir(bench.folder, { recursive: true });
  const original = await kubectl('get', 'deployment/web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}');
  const settle = async (): Promise<void> => {
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
    await kubectl(
      'wait',
      'pod',
      '--for=delete',
      '-l',
      'app=web',
      '--field-selector=status.phase!=Running',
      '--timeout=60s',
    );
  };
  for (let round = 0; round < rounds; round += 1) {
    await timed(times.rollout, async () => {
      await kubectl('set', 'image', 'deployment/web', `web=${devImage}`);
      await settle();
    });
    await timed(times.rolloutBack, async () => {
      await kubectl('set', 'image', 'deployment/web', `web=${original}`);
      await settle();
    });
    let session: DevSession | undefined;
    await timed(times.start, async () => {
      session = await startSession(bench.machine('laptop'), request(bench), AbortSignal.timeout(120_000), () => {});
    });
    await timed(times.end, async () => session?.end(AbortSignal.timeout(60_000)));
  }
  return times;
}

interface Place {
  readonly cluster: Cluster;
  readonly pod: string;
}

async function measureEdits(bench: SessionBench, place: Place & { session: DevSession }, edits: number) {
  const target = { namespace: bench.namespace.name, pod: place.pod, container: 'web' };
  const observer = await PodObserver.open(place.cluster, { ...target, file: `/app/${edited}` });
  const file = localPath(path.join(bench.folder, edited));
  const times = { edit: [] as number[], roundTrip: [] as number[] };
  for (let edit = 0; edit < edits; edit += 1) {
    const token = randomBytes(12).toString('hex');
    const seen = observer.saw(token);
    const started = performance.timeOrigin + performance.now();
    await writeFile(file, sourceFile(token));
    place.session.noteSaved(file);
    times.edit.push((await seen) - started);
    await place.session.flush(AbortSignal.timeout(10_000));
    const before = performance.now();
    await place.session.flush(AbortSignal.timeout(10_000));
    times.roundTrip.push(performance.now() - before);
  }
  observer.close();
  return times;
}

/** What people do by hand: a tar stream through `kubectl exec` into another folder of the same volume. */
async function measureTar(
  bench: SessionBench,
  place: Place,
  edits: number,
): Promise<{ first: number; edits: number[] }> {
  const kubectl = path.join((await programFolders()).kubernetes ?? '', 'kubectl');
  const target = `${kubectl} --kubeconfig ${bench.cluster.kubeconfig} --context ${bench.cluster.context} exec -i -n ${bench.namespace.name} ${place.pod} -c web`;
  if (bench.cluster.context !== contextName) return { first: NaN, edits: [NaN] };
  const tar = async (what: string): Promise<void> => {
    await promisify(execFile)('sh', [
      '-c',
      `tar -C "$1" -cf - ${what} | ${target} -- tar -C /tmp -xf -`,
      'tar',
      bench.folder,
    ]);
  };
  const started = performance.now();
  await tar('src');
  const first = performance.now() - started;
  const where = { namespace: bench.namespace.name, pod: place.pod, container: 'web', file: `/tmp/${edited}` };
  const observer = await PodObserver.open(place.cluster, where);
  const times: number[] = [];
  for (let edit = 0; edit < edits; edit += 1) {
    const token = randomBytes(12).toString('hex');
    const seen = observer.saw(token);
    const began = performance.timeOrigin + performance.now();
    await writeFile(path.join(bench.folder, edited), sourceFile(token));
    await tar(edited);
    times.push((await seen) - began);
  }
  observer.close();
  return { first, edits: times };
}

/** A tree like a project's: source files of 1 to 8 KB, and some of 200 KB. */
async function writeTree(root: string, files: number): Promise<{ files: number; bytes: number }> {
  let bytes = 0;
  for (let index = 0; index < files; index += 1) {
    const folder = path.join(root, 'src', `dir-${index % 50}`);
    if (index < 50) await mkdir(folder, { recursive: true });
    const size = index % 10 === 0 ? 200_000 : 1_000 + (index % 7) * 1_000;
    bytes += size;
    await writeFile(path.join(folder, `file-${index}.ts`), sourceFile(randomBytes(12).toString('hex'), size));
  }
  return { files, bytes };
}

function sourceFile(token: string, size = 4_000): string {
  const line = 'export const value = compute(previous, options.limit ?? 42); // as before\n';
  return `${token} \n${line.repeat(Math.ceil(size / line.length))}`.slice(0, size);
}
