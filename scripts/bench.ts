import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { measureHost } from '../test/bench/hostBench.ts';
import { measureLoop } from '../test/bench/loopBench.ts';
import { peerNames } from '../test/bench/peers/peer.ts';
import { benchImage } from '../test/bench/pod/benchPod.ts';
import type { Row } from '../test/bench/row.ts';
import { fullSizes, measureSync, quickSizes } from '../test/bench/syncRoom.ts';
import { line, markdownTable } from '../test/bench/table.ts';
import { works } from '../test/bench/work/works.ts';
import * as embedded from '../test/cluster/embeddedCluster.ts';
import { installVsCode } from '../test/vscode/install.ts';
import { buildBenchBundles, buildBundles } from './bundles.ts';
import { namedCluster } from './namedCluster.ts';
import { runNode } from './programs.ts';

// `npm run bench`: what Podloop needs for what developers do, beside other ways to do it, in one run on one machine.
const { values } = parseArgs({
  options: {
    /** Smaller sizes and fewer times. */
    quick: { type: 'boolean', default: false },
    /** File that gets the figures. */
    json: { type: 'string' },
    /** Works by name, may be given again; `tunnel`, `loop` and `window` are such names, too. */
    only: { type: 'string', multiple: true },
    peer: { type: 'string', multiple: true },
    /** A cluster of yours; it has to know the images. */
    context: { type: 'string' },
    /** Folder that gets processor profiles of both ends of Podloop. */
    profile: { type: 'string' },
  },
});
const { quick, only, context: named } = values;
const names = [...works.map(({ name }) => name), 'tunnel', 'loop', 'window'];
const unknown = only?.find((name) => !names.includes(name));
if (unknown !== undefined) throw new Error(`No work is called ${unknown}; there are ${names.join(', ')}.`);

const started = performance.now();
const say = (text: string): void => {
  console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}`);
};
const isWanted = (name: string): boolean => only?.includes(name) ?? true;
const rows: Row[] = [];

const wasUp = named === undefined && (await embedded.status()).kind === 'up';
if (!isWanted('window')) await buildBundles();
else if ((await runNode(['scripts/package.ts'])) !== 0) throw new Error('The extension could not be packaged.');
await buildBenchBundles();
if (isWanted('window')) await installVsCode(say);
try {
  const { kubeconfig, context } = named === undefined ? await startCluster() : namedCluster(named);
  process.env.PODLOOP_KUBECONFIG = kubeconfig;
  process.env.PODLOOP_CONTEXT = context;
  const peers = peerNames.filter((name) => values.peer?.includes(name) ?? true);
  const profile = values.profile === undefined ? undefined : path.resolve(values.profile);
  rows.push(...(await measureSync({ sizes: quick ? quickSizes : fullSizes, peers, isWanted, profile, say })));
  if (isWanted('loop')) {
    say('dev mode and rollouts');
    tell(await measureLoop(quick ? 2 : 5));
  }
  if (isWanted('window')) {
    say('a window');
    tell(await measureHost(quick ? 10 : 60));
  }
} finally {
  if (named === undefined && !wasUp) await embedded.down();
}
const machine = describeMachine();
console.log(`\n${machine}\n\n${markdownTable(rows)}`);
if (values.json !== undefined) await writeFile(values.json, JSON.stringify({ machine, quick, rows }, null, 2));
say('done');

async function startCluster(): Promise<embedded.ClusterAddress> {
  const address = await embedded.up(say);
  await embedded.up(say, { images: [benchImage] });
  return address;
}

function tell(measured: readonly Row[]): void {
  for (const row of measured) say(`  ${row.title}\n        ${line(row)}`);
  rows.push(...measured);
}

/** The figures say nothing without it. */
function describeMachine(): string {
  const [first] = cpus();
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(', ');
  const memory = `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`;
  return `${cpus().length} × ${first?.model ?? 'processor'}, ${memory}, Linux ${release()}, Node ${process.version}; load at the end ${load}; ${new Date().toISOString().slice(0, 10)}`;
}
