import { mkdir } from 'node:fs/promises';
import type { DevSession } from '../../src/session/devSession.ts';
import { startSession } from '../../src/session/openSession.ts';
import { type SessionBench, sessionBench } from '../integration/session/sessionBench.ts';
import type { Row } from './row.ts';
import { spreadOf } from './statistics.ts';

const devImage = 'docker.io/podloop/dev-node:24';

/** Start and End of dev mode on an empty folder, beside plain rollouts of the same Deployment. */
export async function measureLoop(rounds: number): Promise<Row[]> {
  const bench = await sessionBench();
  try {
    const { start, end, rollout, rolloutBack } = await measureRounds(bench, rounds);
    const [into, back] = ['Start Develop on an empty folder', 'End Develop'];
    return [
      row('start-develop', into, 'Podloop', start),
      row('start-develop', into, 'rollout', rollout),
      row('end-develop', back, 'Podloop', end),
      row('end-develop', back, 'rollout', rolloutBack),
    ];
  } finally {
    await bench.dispose();
  }
}

function row(work: string, title: string, peer: string, times: readonly number[]): Row {
  return { work, title, peer, result: { kind: 'measured', time: spreadOf(times) } };
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
