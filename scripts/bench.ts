import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { measureHost } from '../test/bench/hostBench.ts';
import { measureLoop } from '../test/bench/loopBench.ts';
import type { Spread } from '../test/bench/statistics.ts';
import * as embedded from '../test/cluster/embeddedCluster.ts';
import { installVsCode } from '../test/vscode/install.ts';
import { runNode } from './programs.ts';

// `npm run bench [-- --quick] [--json FILE]`: the loop beside what people do without it, in one run on one machine.
const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } } });

if ((await runNode(['scripts/package.ts'])) !== 0) throw new Error('The extension could not be packaged.');
const wasUp = (await embedded.status()).kind === 'up';
const say = (line: string): void => {
  console.log(line);
};
await installVsCode(say);
const { kubeconfig, context } = await embedded.up(say);
process.env.PODLOOP_KUBECONFIG = kubeconfig;
process.env.PODLOOP_CONTEXT = context;
try {
  const figures = await measureLoop(values.quick, say);
  say('a window');
  const host = await measureHost(values.quick ? 10 : 60);
  const show = ({ p50, p99, count }: Spread): string => `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (${count})`;
  const beyond = (ours: Spread, plain: Spread): string =>
    `${ours.p50.toFixed(0)} ms, plain rollout ${plain.p50.toFixed(0)} ms, beyond it ${(ours.p50 - plain.p50).toFixed(0)} ms`;
  console.log(`
save to visible       ${show(figures.edit)}
  tar | kubectl exec  ${show(figures.tarEdit)}, ${(figures.tarEdit.p50 / figures.edit.p50).toFixed(1)} times as long
flush (one round trip) ${show(figures.roundTrip)}
first sync            ${figures.firstSync.toFixed(0)} ms for ${figures.files} files, ${(figures.bytes / 1e6).toFixed(0)} MB
  tar | kubectl exec  ${figures.tarFirstSync.toFixed(0)} ms, ratio ${(figures.tarFirstSync / figures.firstSync).toFixed(2)}
Start Develop         ${beyond(figures.start, figures.rollout)}
End Develop           ${beyond(figures.end, figures.rolloutBack)}
activation            ${host.activation} ms
resident memory       extension host ${host.hostInSession.toFixed(0)} MiB in a session, ${(host.hostInSession - host.hostBefore).toFixed(0)} more than before; sidecar ${host.sidecar.toFixed(0)} MiB
idle                  extension host ${host.idleHost.toFixed(2)} %, sidecar ${host.idleSidecar.toFixed(2)} % of one core`);
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify({ ...figures, ...host }, null, 2));
} finally {
  if (!wasUp) await embedded.down();
}
