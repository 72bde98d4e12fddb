import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { after, before } from 'node:test';
import { silentLog } from '../../src/base/log.ts';
import { systemScheduler } from '../../src/base/scheduler.ts';
import { endDevModeAnywhere } from '../../src/session/openSession.ts';
import { openBenchCluster } from '../integration/session/sessionBench.ts';
import { until } from '../machine/until.ts';
import type { Notification } from '../vscode/pages/notifications.ts';
import { scenario } from '../vscode/scenario.ts';
import { ShopLoop } from './shopLoop.ts';
import { openShopWorld, type ShopWorld } from './shopWorld.ts';

// What goes wrong during a session: each is named, nothing is lost, and the session goes on when the cause is gone.

let world: ShopWorld;

before(async () => {
  world = await openShopWorld({ name: 'session-errors' });
});

after(async () => {
  await world.dispose();
});

/** A command in a container of the developed pod; its standard output. */
function inPod(container: string, ...command: readonly string[]): Promise<string> {
  const { cluster, namespace } = world;
  return cluster.kubectl(['exec', '-n', namespace, 'deployment/web', '-c', container, '--', ...command]);
}

/** End Develop on another machine, which knows only what the cluster says. */
async function endElsewhere(): Promise<void> {
  const { kubeconfig, context } = world.cluster;
  const deps = {
    openCluster: () => openBenchCluster({ kubeconfig, context }),
    scheduler: systemScheduler,
    log: silentLog,
  };
  const workload = { context, namespace: world.namespace, kind: 'Deployment', name: 'web' };
  await endDevModeAnywhere(deps, workload, AbortSignal.timeout(90_000));
}

async function assertError(shown: Notification, ...texts: readonly RegExp[]): Promise<void> {
  assert.equal(await shown.severity(), 'error');
  const text = await shown.text();
  for (const pattern of texts) assert.match(text, pattern);
  assert.ok((await shown.buttons()).includes('Show Log'));
}

scenario(
  'the folder vanishes and comes back; a port is taken; the disk of the pod is full; dev mode ends elsewhere',
  () => world.vsCode,
  async ({ notifications, quickInput, workbench }, step) => {
    const loop = new ShopLoop(world, step);
    const folder = path.join(world.folder, 'web');
    await loop.findWorkload();
    await loop.startDevelop();

    await step('the folder vanishes', async () => {
      await rename(folder, `${folder}-away`);
      await loop.statusBar.waitForText(/sync\s+stopped/);
      await assertError(
        await notifications.waitFor(/web is missing/),
        /Nothing was deleted in the pod/,
        /Bring the folder back/,
      );
      await loop.statusBar.waitForTooltip(/web is missing\. Nothing was deleted in the pod/);
      assert.match(await inPod('web', 'ls', '/app'), /package\.json/);
    });
    await step('the folder is back', async () => {
      await rename(`${folder}-away`, folder);
      await writeFile(path.join(folder, 'back.txt'), 'back');
      await loop.statusBar.waitForText(/in\s+sync/);
      await until('the new file is in the pod', async () => (await inPod('web', 'ls', '/app')).includes('back.txt'));
    });

    await step('forward to a port that is taken', async () => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as AddressInfo;
      await workbench.runCommand('Podloop: Forward Port...');
      await quickInput.waitFor(/Forward Port: web/);
      await quickInput.answer('8080');
      await quickInput.waitForMessage(/on this machine/);
      await quickInput.answer(`${port}`);
      const shown = await notifications.waitFor(new RegExp(`port ${port} of this machine: another program uses it`));
      await shown.press('Use a Free Port');
      await notifications.waitFor(/Port 8080 of web is at localhost:\d+/);
      taken.close();
    });

    await step('the pod gets a small disk', async () => {
      const volumes = [{ name: 'podloop-workspace', emptyDir: { medium: 'Memory', sizeLimit: '8Mi' } }];
      const patch = JSON.stringify({ spec: { template: { spec: { volumes } } } });
      await world.cluster.kubectl(['patch', 'deployment', 'web', '-n', world.namespace, '-p', patch]);
      await until(
        'the new pod has the files',
        async () => {
          const shown = await inPod('web', 'sh', '-c', 'df -k /app | tail -1; ls /app').catch(() => '');
          return shown.includes('back.txt') && shown.includes(' 8192 ');
        },
        120_000,
      );
      await loop.statusBar.waitForText(/in\s+sync/, 60_000);
    });
    await step('its disk is full', async () => {
      await inPod('web', 'sh', '-c', 'head -c 16000000 /dev/zero >/app/filling || true');
      await writeFile(path.join(folder, 'more.txt'), 'more'.repeat(20_000));
      await loop.statusBar.waitForText(/in\s+sync\s+but\s+for\s+1\s+path/);
      await loop.statusBar.waitForTooltip(/The pod's disk has no room for more\.txt/);
    });
    await step('there is room again', async () => {
      await inPod('web', 'rm', '/app/filling');
      await loop.statusBar.waitForText(/web:\s+in\s+sync\s*$/);
      await until('the file is in the pod', async () => (await inPod('web', 'ls', '/app')).includes('more.txt'));
    });

    await step('dev mode is ended by somebody else', async () => {
      await endElsewhere();
      const shown = await notifications.waitFor(/was ended outside this window/, 60_000);
      await assertError(shown, /Your files are untouched/);
      await loop.statusBar.waitUntilGone();
    });
  },
);
