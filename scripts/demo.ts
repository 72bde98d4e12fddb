import path from 'node:path';
import { parseArgs } from 'node:util';
import * as embedded from '../test/cluster/embeddedCluster.ts';
import { installVsCode } from '../test/vscode/install.ts';
import { packagedExtension } from '../test/vscode/packagedExtension.ts';
import { ShopLoop } from '../test/e2e/shopLoop.ts';
import { openShop, openShopWorld, type Shop } from '../test/e2e/shopWorld.ts';
import { CodeServer } from '../test/vscode/codeServer.ts';
import { checkout } from './bundles.ts';
import { namedCluster } from './namedCluster.ts';
import { runNode } from './programs.ts';

// `npm run demo`: the sample shop in a cluster and VS Code on its source, for a person. `-- --script` does the whole loop
// by itself, headless, prints each step with its time and keeps the pictures. `--context NAME` uses a cluster of yours.
const { values } = parseArgs({
  options: { script: { type: 'boolean', default: false }, context: { type: 'string' } },
});
const started = performance.now();
const say = (line: string): void => {
  console.log(line);
};
const section = (title: string): void => {
  console.log(`\n== ${title} (at ${((performance.now() - started) / 1000).toFixed(0)} s)`);
};

const own = values.context === undefined;
const wasUp = own && (await embedded.status()).kind === 'up';
try {
  section('packaging the extension');
  if ((await runNode(['scripts/package.ts'])) !== 0) throw new Error('The extension could not be packaged.');
  section('installing VS Code and the browser');
  await installVsCode(say);
  section(own ? 'starting the cluster' : `using the cluster of context ${values.context ?? ''}`);
  const { kubeconfig, context } = values.context === undefined ? await embedded.up(say) : namedCluster(values.context);
  process.env.PODLOOP_KUBECONFIG = kubeconfig;
  process.env.PODLOOP_CONTEXT = context;
  section('deploying the shop and opening VS Code on it');
  if (values.script) await playLoop();
  else await serve();
} finally {
  if (own && !wasUp) await embedded.down();
}
section('done');

async function playLoop(): Promise<void> {
  const world = await openShopWorld({ name: 'demo', namespace: 'shop' });
  try {
    section('the loop');
    const recorder = world.vsCode.record('demo', say);
    await new ShopLoop(world, recorder.step).play();
    say(`Pictures: ${path.relative(process.cwd(), recorder.folder)}`);
  } finally {
    await stop(world);
  }
}

/** VS Code on the shop for a person's own browser, until Ctrl+C. */
async function serve(): Promise<void> {
  const shop = await openShop('shop');
  const server = await CodeServer.start({
    state: path.join(checkout, '.local/vscode/demo'),
    vsix: [await packagedExtension()],
    env: { KUBECONFIG: shop.cluster.kubeconfig },
    staysWithoutWindow: true,
  });
  say(`
VS Code with Podloop and the shop's source:  ${server.url(shop.folder)}

  1. Open the Podloop view in the activity bar: ${shop.cluster.context}, shop, Deployments.
  2. Right-click web, Start Develop. Then Run.
  3. Change the version in web/src/identity.js, save, and look at the address that Run printed.

The source is a copy of ${path.relative(process.cwd(), path.join(checkout, 'examples/shop'))}. Ctrl+C ends everything.`);
  await new Promise<void>((resolve) => {
    // Not once: npm passes a signal on a second time, which must not end what is being stopped.
    process.on('SIGINT', () => resolve()).on('SIGTERM', () => resolve());
  });
  await server.stop();
  await stop(shop);
}

async function stop(shop: Shop): Promise<void> {
  section('stopping');
  // The cluster that came with the demo goes as a whole.
  if (!own) await shop.cluster.kubectl(['delete', 'namespace', 'shop', '--wait=false']);
  await shop.dispose();
}
