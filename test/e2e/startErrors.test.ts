import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { until } from '../machine/until.ts';
import { scenario } from '../vscode/scenario.ts';
import { ShopLoop } from './shopLoop.ts';
import { openShopWorld, type ShopWorld } from './shopWorld.ts';

// Start Develop that does not come to an end, or not to the wished one: the workload is back as it was.

let world: ShopWorld;
let original: string;

/** The part of the workload that dev mode changes. */
const spec = (): Promise<string> =>
  world.cluster.kubectl([
    'get',
    'deployment',
    'web',
    '-n',
    world.namespace,
    '-o',
    'jsonpath={.spec}{.metadata.annotations.podloop\\.dev/record}',
  ]);

before(async () => {
  world = await openShopWorld({ name: 'start-errors' });
  original = await spec();
});

after(async () => {
  await world.dispose();
});

async function begin(loop: ShopLoop, image: string): Promise<void> {
  const { quickInput } = world.vsCode;
  const menu = await loop.tree.openMenu(...loop.web);
  await menu.choose('Start Develop');
  await quickInput.waitFor(/Start Develop: web/);
  await quickInput.pick('Another image...');
  await quickInput.answer(image);
}

scenario(
  'an image that cannot be pulled is named, and the workload is put back',
  () => world.vsCode,
  async ({ notifications }, step) => {
    const loop = new ShopLoop(world, step);
    await loop.findWorkload();
    await step('start with an image that does not exist', () => begin(loop, '127.0.0.1:1/team/nothing:1'));
    await step('read the error', async () => {
      const shown = await notifications.waitFor(/127\.0\.0\.1:1\/team\/nothing:1/, 60_000);
      await until('the error stands instead of the progress', async () => (await shown.severity()) === 'error', 60_000);
      assert.match(await shown.text(), /pull/i);
      assert.ok((await shown.buttons()).includes('Show Log'));
    });
    await step('the workload is as it was', () => until('it is back', async () => (await spec()) === original));
  },
);

scenario(
  'Cancel puts the workload back',
  () => world.vsCode,
  async ({ notifications, workbench }, step) => {
    const loop = new ShopLoop(world, step);
    await workbench.runCommand('Notifications: Clear All Notifications');
    await step('start', () => begin(loop, '127.0.0.1:1/team/slow:1'));
    await step('cancel while the pod is being made', async () => {
      await until('the workload is in dev mode', async () => (await spec()) !== original);
      await (await notifications.waitFor(/Start Develop: web/)).cancel();
    });
    await step('the workload is as it was', () => until('it is back', async () => (await spec()) === original, 60_000));
    await step('nothing of it stays', async () => {
      await loop.statusBar.waitUntilGone();
      await until('no replica set of ours is left', async () => {
        const sets = await world.cluster.kubectl([
          'get',
          'replicasets',
          '-n',
          world.namespace,
          '-l',
          'podloop.dev/session',
          '-o',
          'name',
        ]);
        return sets.trim() === '';
      });
    });
  },
);
