import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { buildBundles } from '../../scripts/bundles.ts';
import * as embedded from './embeddedCluster.ts';
import { importImages } from './images.ts';
import { checkout, clusterPlace } from './place.ts';
import { programFolders } from './programs.ts';

// `npm run cluster -- up | down | status | images | kubectl …`
const [verb = 'status', ...args] = process.argv.slice(2);
const place = clusterPlace();
const report = (line: string): void => {
  console.log(line);
};

const verbs: Readonly<Record<string, () => Promise<void>>> = {
  async up() {
    if (!existsSync(path.join(checkout, 'dist/sidecar/sidecar.cjs'))) await buildBundles(['sidecar']);
    const { kubeconfig, context } = await embedded.up(report);
    console.log(`The cluster is up: KUBECONFIG=${kubeconfig}, context ${context}.`);
  },
  async down() {
    await embedded.down(place);
    console.log('The cluster is down.');
  },
  async status() {
    const status = await embedded.status(place);
    console.log(status.kind === 'broken' ? `broken: ${status.reason}` : status.kind);
    process.exitCode = status.kind === 'up' ? 0 : 1;
  },
  /** Brings the images of a running cluster up to date with their sources, the sidecar's program included. */
  async images() {
    await buildBundles(['sidecar']);
    await importImages(place, await programFolders(), report);
  },
  async kubectl() {
    const program = path.join((await programFolders()).kubernetes ?? '', 'kubectl');
    process.exitCode = spawnSync(program, [...embedded.kubectlTo(place), ...args], { stdio: 'inherit' }).status ?? 1;
  },
};

const action = verbs[verb];
if (action === undefined) {
  console.error(`Unknown: ${verb}. Use ${Object.keys(verbs).join(', ')}.`);
  process.exitCode = 2;
} else {
  try {
    await action();
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
