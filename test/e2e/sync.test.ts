import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before } from 'node:test';
import { until } from '../machine/until.ts';
import { scenario } from '../vscode/scenario.ts';
import { ShopLoop } from './shopLoop.ts';
import { openShopWorld, type ShopWorld } from './shopWorld.ts';

// The Sync view: what it tells of the sync, and what a person decides there.

let world: ShopWorld;

before(async () => {
  world = await openShopWorld({ name: 'sync' });
});

after(async () => {
  await world.dispose();
});

/** Runs a script in the dev container's synced folder; its standard output, or '' when it failed. */
async function inPod(script: string): Promise<string> {
  const { cluster, namespace } = world;
  const args = ['exec', '-n', namespace, 'deployment/web', '-c', 'web', '--', 'sh', '-c', `cd /app && ${script}`];
  return cluster.kubectl(args).catch(() => '');
}

const local = (file: string): string => path.join(world.folder, 'web', file);

scenario(
  'the Sync view shows what arrives, pauses and goes on, and leaves out what is not wanted',
  () => world.vsCode,
  async ({ editor, workbench, notifications, quickInput }, step) => {
    const loop = new ShopLoop(world, step);
    const sync = world.vsCode.tree('Podloop: Sync');
    await step('without a session it says what it is for', async () => {
      await workbench.openView('Podloop');
      assert.match(await sync.welcomeText(), /No workload is in dev mode/);
    });
    await loop.findWorkload();
    await loop.startDevelop();
    await step('it says that all is in sync, and what the first sync brought', async () => {
      await sync.waitForDescription(['web'], /^in sync$/);
      await sync.find('web', 'Recently Synced');
    });

    await step('a save arrives', async () => {
      await editor.open('web/src/identity.js');
      await editor.replaceLine(1, '// edited');
      await editor.save();
      await sync.waitForDescription(['web', 'Recently Synced', 'identity.js'], /^\d\d:\d\d:\d\d · \d+ ms · src$/);
      assert.match(await inPod('cat src/identity.js'), /^\/\/ edited/);
    });
    await step('a batch arrives', async () => {
      await Promise.all(Array.from({ length: 12 }, (_, index) => writeFile(local(`batch-${index}.txt`), 'x')));
      await until('every file has arrived', async () => (await inPod('ls')).includes('batch-11.txt'));
    });

    await step('pause', async () => {
      await sync.runTitleAction('Pause Sync');
      await sync.waitForDescription(['web'], /^sync paused$/);
      await loop.statusBar.waitForText(/sync\s+paused/);
    });
    await step('an edit stays here', async () => {
      await editor.replaceLine(1, '// while paused');
      await editor.save();
      assert.match(await readFile(local('src/identity.js'), 'utf8'), /^\/\/ while paused/);
      assert.match(await inPod('cat src/identity.js'), /^\/\/ edited/);
    });
    await step('waiting for a paused sync says so and offers to go on', async () => {
      await workbench.runCommand('Podloop: Wait for Sync');
      await (await notifications.waitFor(/Syncing is paused/)).press('Resume Sync');
      await until('the edit arrives', async () => (await inPod('cat src/identity.js')).startsWith('// while paused'));
      await sync.waitForDescription(['web'], /^in sync$/);
    });

    await step('a file that is not wanted is left out', async () => {
      await writeFile(local('unwanted.log'), 'one');
      await until('it arrives', async () => (await inPod('cat unwanted.log')) === 'one');
      await (await sync.openMenu('web', 'Recently Synced', 'unwanted.log')).choose('Ignore This');
      const shown = await notifications.waitFor(/unwanted\.log is not synced any more/);
      await writeFile(local('unwanted.log'), 'two');
      await workbench.runCommand('Podloop: Wait for Sync');
      assert.equal(await inPod('cat unwanted.log'), 'one');
      await shown.press('Undo');
      await until('it is synced again', async () => (await inPod('cat unwanted.log')) === 'two');
      await rm(local('unwanted.log'));
    });

    await step('what cannot be synced says why', async () => {
      execFileSync('mkfifo', [local('src/pipe')]);
      await sync.waitForDescription(['web', 'Not Synced', 'pipe'], /^src · is no file, folder or link$/);
      await loop.statusBar.waitForText(/in\s+sync\s+but\s+for\s+1\s+path/);
    });
    await step('leave it out', async () => {
      await sync.runInlineAction(['web', 'Not Synced', 'pipe'], 'Ignore This');
      await sync.waitUntilGone('web', 'Not Synced');
      assert.equal(await readFile(local('.podloopignore'), 'utf8'), '/src/pipe\n');
    });
    await step('see what is synced', async () => {
      await workbench.runCommand('Podloop: Show What Is Synced');
      await quickInput.waitFor(/What Is Synced: web/);
      assert.match(await quickInput.placeholder(), /^Synced: \d+ files, [\d.]+ KB\. Left out by rules: /);
    });
    await step('leave out a folder from there', async () => {
      await quickInput.pressOnItem('test', 'Ignore This');
      await quickInput.waitForItems('the folder is not listed', (items) =>
        items.every(({ label }) => label !== 'test'),
      );
      assert.match(await readFile(local('.podloopignore'), 'utf8'), /^\/test\/$/m);
      await quickInput.cancel();
    });

    await step('a file is deleted by mistake', async () => {
      await rm(local('src/cartCookie.js'));
      await until('it is gone from the pod', async () => !(await inPod('ls src')).includes('cartCookie.js'));
      await sync.expand('web', 'Deleted or Replaced');
      await sync.waitForDescription(['web', 'Deleted or Replaced', 'cartCookie.js'], /^deleted \d\d:\d\d · src$/);
    });
    await step('look at it', async () => {
      await sync.click('web', 'Deleted or Replaced', 'cartCookie.js');
      await until('it is shown', async () => (await editor.tabs()).includes('cartCookie.js'));
    });
    await step('restore it', async () => {
      await sync.runInlineAction(['web', 'Deleted or Replaced', 'cartCookie.js'], 'Restore');
      await until('it is back in the pod', async () => (await inPod('ls src')).includes('cartCookie.js'));
      assert.match(await readFile(local('src/cartCookie.js'), 'utf8'), /cookie/i);
    });
    await step('compare with an older version', async () => {
      const versions = ['web', 'Deleted or Replaced', 'identity.js'];
      await sync.click(...versions);
      await until('the comparison is open', async () =>
        (await world.vsCode.page.locator('.tabs-container .tab.active').innerText()).includes('↔ now'),
      );
    });
    await step('restore by the palette', async () => {
      await workbench.runCommand('Podloop: Restore Deleted or Replaced File...');
      await quickInput.waitFor(/Restore Deleted or Replaced File: web/);
      await quickInput.items();
    });
    await step('choose a version', async () => {
      await quickInput.type('identity');
      await quickInput.toggle('src/identity.js');
      await quickInput.accept();
      await until('the older text is in the pod', async () =>
        (await inPod('cat src/identity.js')).startsWith('// edited'),
      );
    });
  },
);
