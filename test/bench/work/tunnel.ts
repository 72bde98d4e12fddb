import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { openBenchCluster } from '../../integration/session/sessionBench.ts';
import type { BenchPod } from '../pod/benchPod.ts';
import type { Row } from '../row.ts';
import { spreadOf } from '../statistics.ts';
import type { Wire } from '../wire/wire.ts';

const bulkBytes = 256 * 1024 * 1024;

/** What the way to the pod itself allows: the limit for every peer that goes through a port-forward. */
export async function measureTunnel(
  pod: BenchPod,
  wire: Wire,
  options: { readonly kubeconfig: string; readonly context: string; readonly roundTrips: readonly number[] },
): Promise<Row[]> {
  const cluster = await openBenchCluster(options);
  const port = await pod.lookout.listen();
  const open = (): Promise<Duplex> =>
    cluster.portForward({ namespace: pod.namespace, pod: pod.pod, port }, AbortSignal.timeout(10_000));
  try {
    const rows: Row[] = [];
    for (const added of options.roundTrips) {
      await wire.setRoundTrip(added);
      const far = added === 0 ? '' : ` with ${added} ms added`;
      rows.push(row(`tunnel-${added}ms`, `round trip of 64 bytes${far}`, await roundTrips(await open())));
    }
    await wire.setRoundTrip(0);
    const speed = (milliseconds: number): string => `${(bulkBytes / 1e6 / (milliseconds / 1000)).toFixed(0)} MB/s`;
    const up = await sink(await open());
    rows.push(row('tunnel-up', '256 MiB to the pod', [up], speed(up)));
    const down = await gift(await open());
    rows.push(row('tunnel-down', '256 MiB from the pod', [down], speed(down)));
    return rows;
  } finally {
    await wire.setRoundTrip(0);
    cluster.dispose();
  }
}

function row(work: string, title: string, times: readonly number[], note = ''): Row {
  return { work, title, peer: 'tunnel', result: { kind: 'measured', time: spreadOf(times), note } };
}

async function roundTrips(stream: Duplex): Promise<number[]> {
  stream.write('e');
  const times: number[] = [];
  for (let round = 0; round < 100; round += 1) {
    const began = performance.now();
    stream.write(Buffer.alloc(64));
    await once(stream, 'data');
    times.push(performance.now() - began);
  }
  stream.destroy();
  return times.slice(10);
}

async function sink(stream: Duplex): Promise<number> {
  const block = Buffer.alloc(64 * 1024);
  stream.write('s');
  const began = performance.now();
  const answered = once(stream, 'data');
  for (let sent = 0; sent < bulkBytes; sent += block.length) {
    if (!stream.write(block)) await once(stream, 'drain');
  }
  await answered;
  stream.destroy();
  return performance.now() - began;
}

async function gift(stream: Duplex): Promise<number> {
  const began = performance.now();
  stream.write('g');
  let count = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    count += chunk.length;
    if (count >= bulkBytes) break;
  }
  return performance.now() - began;
}
