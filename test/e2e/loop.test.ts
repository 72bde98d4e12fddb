import { after, before } from 'node:test';
import { scenario } from '../vscode/scenario.ts';
import { ShopLoop } from './shopLoop.ts';
import { openShopWorld, type ShopWorld } from './shopWorld.ts';

let world: ShopWorld;

before(async () => {
  world = await openShopWorld({ name: 'loop' });
});

after(async () => {
  await world.dispose();
});

scenario(
  'the loop: start, run, edit, terminal, breakpoint, end',
  () => world.vsCode,
  async (_, step) => {
    const loop = new ShopLoop(world, step);
    await loop.findWorkload();
    await loop.startDevelop();
    await loop.run();
    const address = await loop.address();
    await loop.editAndSee(address);
    await loop.terminal();
    await loop.debug(address);
    await loop.endDevelop();
  },
);
