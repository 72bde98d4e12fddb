import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before } from 'node:test';
import { until } from '../machine/until.ts';
import { scenario } from '../vscode/scenario.ts';
import { ShopLoop } from './shopLoop.ts';
import { openShopWorld, type ShopWorld } from './shopWorld.ts';

let world: ShopWorld;

before(async () => {
  world = await openShopWorld({ name: 'survival' });
});

after(async () => {
  await world.dispose();
});

scenario(
  'a session comes back after a reload, after the extension host died and after VS Code died',
  () => world.vsCode,
  async (vsCode, step) => {
    const loop = new ShopLoop(world, step);
    await loop.findWorkload();
    await loop.startDevelop();
    const disturbances = {
      'reload the window': () => vsCode.workbench.reload(),
      'kill the extension host': () => vsCode.crashExtensionHost(),
      'kill VS Code': () => vsCode.crashAndReopen(),
    };
    for (const [name, disturb] of Object.entries(disturbances)) {
      await step(name, async () => {
        await Promise.all([disturb(), save('meanwhile.txt', name)]);
      });
      await step('the session is in sync again by itself', async () => {
        await untilInPod('meanwhile.txt', name);
        await loop.statusBar.waitForText(/web:\s+in\s+sync/, 60_000);
      });
      await step('an edit arrives', async () => {
        await save('afterwards.txt', name);
        await untilInPod('afterwards.txt', name);
      });
    }
    // The new window shows the tree closed.
    await loop.findWorkload();
    await loop.endDevelop();
  },
);

/** Saves a file of the service, as another program than VS Code would: its window is away just then. */
async function save(file: string, text: string): Promise<void> {
  await writeFile(path.join(world.folder, 'web', file), text);
}

async function untilInPod(file: string, text: string): Promise<void> {
  const { cluster, namespace } = world;
  await until(
    `${file} says "${text}" in the pod`,
    async () => {
      const command = ['cat', `/app/${file}`];
      return (await cluster.kubectl(['exec', '-n', namespace, 'deployment/web', '--', ...command])) === text;
    },
    60_000,
  );
}
