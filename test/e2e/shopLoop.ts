import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../machine/until.ts';
import type { StepRecorder } from '../vscode/steps.ts';
import type { StatusBarItem } from '../vscode/pages/statusBar.ts';
import type { ShopWorld } from './shopWorld.ts';

/** The clicks and keys of one developer's stay in the shop's `web`: what the demo shows and what the tests repeat. */
export class ShopLoop {
  readonly #world: ShopWorld;
  readonly #step: StepRecorder['step'];

  constructor(world: ShopWorld, step: StepRecorder['step']) {
    this.#world = world;
    this.#step = step;
  }

  get statusBar(): StatusBarItem {
    return this.#world.vsCode.statusBarItem('podloop.podloop.session');
  }

  /** Labels that lead to the workload in the tree. */
  get web(): readonly string[] {
    const { cluster, namespace } = this.#world;
    return [cluster.context, namespace, 'Deployments', 'web'];
  }

  get tree() {
    return this.#world.vsCode.tree('Podloop: Clusters');
  }

  /** The whole stay. */
  async play(): Promise<void> {
    await this.findWorkload();
    await this.startDevelop();
    await this.run();
    const address = await this.address();
    await this.editAndSee(address);
    await this.terminal();
    await this.debug(address);
    await this.endDevelop();
  }

  async findWorkload(): Promise<void> {
    await this.#step('open the Podloop view and find the workload', async () => {
      await this.#world.vsCode.workbench.openView('Podloop');
      await this.tree.expand(...this.web.slice(0, -1));
      await this.tree.click(...this.web);
    });
  }

  async startDevelop(): Promise<void> {
    const { quickInput, notifications } = this.#world.vsCode;
    await this.#step('right-click, Start Develop', async () => {
      const menu = await this.tree.openMenu(...this.web);
      await menu.choose('Start Develop');
      await quickInput.waitFor(/Start Develop: web/);
    });
    await this.#step('take the proposed dev image', () => quickInput.pick('Node.js'));
    await this.#step('wait for the first sync', async () => {
      await notifications.waitFor(/web is in dev mode/, 120_000);
      await this.statusBar.waitForText(/web:\s+in\s+sync/, 60_000);
    });
  }

  async run(): Promise<void> {
    const { notifications, terminal } = this.#world.vsCode;
    await this.#step('press Run', async () => {
      await (await notifications.waitFor(/web is in dev mode/)).press('Run');
      await terminal.waitForText(/listening on port 8080/, 60_000);
    });
  }

  /** Where the pod's port 8080 answers on this machine, as the terminal of Run says. */
  async address(): Promise<string> {
    const [, port] = /Port 8080 is at http:\/\/localhost:(\d+)/.exec(await this.#world.vsCode.terminal.text()) ?? [];
    assert.ok(port !== undefined, 'the terminal names the address');
    return `http://127.0.0.1:${port}`;
  }

  async editAndSee(address: string): Promise<void> {
    const { editor } = this.#world.vsCode;
    assert.match(await versionOf(address), /1\.0\.0/);
    await this.#step('open the source', () => editor.open('web/src/identity.js'));
    await this.#step('edit and save', async () => {
      const text = await readFile(path.join(this.#world.folder, 'web/src/identity.js'), 'utf8');
      const line = text.split('\n').findIndex((line) => line.startsWith('const version')) + 1;
      await editor.replaceLine(line, "const version = '2.0.0-mine';");
      await editor.save();
    });
    await this.#step('the service in the cluster answers with the edit', () =>
      until('the edited version answers', async () =>
        (await versionOf(address).catch(() => '')).includes('2.0.0-mine'),
      ),
    );
  }

  async terminal(): Promise<void> {
    const { terminal, workbench } = this.#world.vsCode;
    await this.#step('open a terminal in the pod', async () => {
      await workbench.runCommand('Podloop: Open Terminal');
      await until('the new terminal is shown', async () => !(await terminal.text()).includes('listening'));
      await terminal.run('pwd; hostname; ls');
      await terminal.waitForText(/server\.js/);
      assert.match(await terminal.text(), /web-/);
    });
  }

  async debug(address: string): Promise<void> {
    const { editor, debug, workbench } = this.#world.vsCode;
    await this.#step('set a breakpoint', async () => {
      await editor.open('web/src/cart.js');
      await editor.toggleBreakpoint(await this.#lineOf('web/src/cart.js', /\[\.\.\.cart\]\.map\(\(\[productId/));
    });
    await this.#step('Debug', async () => {
      await workbench.runCommand('Podloop: Debug');
      await this.#world.vsCode.page.locator('.debug-toolbar').waitFor({ timeout: 60_000 });
    });
    const visitor = new Visitor(`${address}/cart`);
    await this.#step('the breakpoint stops the process in the pod', async () => {
      await debug.waitForStop(60_000);
      visitor.leaveAfterThis();
      assert.match((await debug.frames()).join('\n'), /cart\.js/);
      assert.match(await debug.variable('cart'), /Map/);
    });
    await this.#step('continue', async () => {
      await debug.press('Continue');
      assert.equal(await visitor.lastAnswer, 200);
    });
    await this.#step('disconnect the debugger', async () => {
      await debug.press('Disconnect');
      await debug.waitUntilEnded();
    });
  }

  async endDevelop(): Promise<void> {
    await this.#step('End Develop', async () => {
      await this.#world.vsCode.workbench.openView('Podloop');
      const menu = await this.tree.openMenu(...this.web);
      await menu.choose('End Develop');
      await this.#world.vsCode.notifications.waitFor(/web is back as it was/, 90_000);
      await this.statusBar.waitUntilGone();
    });
  }

  async #lineOf(file: string, pattern: RegExp): Promise<number> {
    const lines = (await readFile(path.join(this.#world.folder, file), 'utf8')).split('\n');
    const index = lines.findIndex((line) => pattern.test(line));
    assert.ok(index >= 0, `${file} has no line ${pattern}`);
    return index + 1;
  }
}

/** Loads a page again and again, as a person does who waits for a breakpoint. */
class Visitor {
  /** Status of the last answer, once it has come. */
  readonly lastAnswer: Promise<number | undefined>;
  #leaving = false;

  constructor(url: string) {
    this.lastAnswer = this.#visit(url);
  }

  /** Takes the page that is being loaded, and no other. */
  leaveAfterThis(): void {
    this.#leaving = true;
  }

  async #visit(url: string): Promise<number | undefined> {
    let status: number | undefined;
    // The program may just be starting.
    while (!this.#leaving) status = (await fetch(url).catch(() => undefined))?.status;
    return status;
  }
}

async function versionOf(address: string): Promise<string> {
  const response = await fetch(`${address}/version`, { signal: AbortSignal.timeout(5_000) });
  return response.text();
}
