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
  (_, step) => new ShopLoop(world, step).play(),
);
