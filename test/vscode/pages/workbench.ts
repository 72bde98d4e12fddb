import type { Page } from 'playwright-core';
import { until } from '../../machine/until.ts';
import { whenReady } from '../windowState.ts';
import { QuickInput } from './quickInput.ts';

/** The window as a whole. */
export class Workbench {
  readonly #page: Page;
  readonly #quickInput: QuickInput;

  constructor(page: Page) {
    this.#page = page;
    this.#quickInput = new QuickInput(page);
  }

  /** Runs a command from the palette by its full title, such as `View: Toggle Terminal`. */
  async runCommand(title: string): Promise<void> {
    // A palette that opened before an extension was there never shows that extension's commands.
    await until(`the palette offers ${title}`, async () => {
      await this.openPalette(title);
      const offered = await this.#quickInput.offers(title, 1500);
      if (!offered) await this.#quickInput.cancel();
      return offered;
    });
    await this.#quickInput.pick(title);
  }

  /** Opens the palette with a text typed into it. */
  async openPalette(text: string): Promise<void> {
    await this.#page.keyboard.press('F1');
    await this.#quickInput.waitFor();
    await this.#quickInput.type(`>${text}`);
  }

  /** Titles that the palette offers for a text; closes it again. */
  async commandsFor(text: string): Promise<string[]> {
    await this.openPalette(text);
    const items = await this.#quickInput.items();
    await this.#quickInput.cancel();
    return items.map(({ label }) => label);
  }

  /** Opens a view container of the activity bar by its name. With one view in it, its title is `Container: View`. */
  async openView(name: string): Promise<void> {
    const tab = this.#page.locator('.activitybar').getByRole('tab', { name: new RegExp(`^${name}( |$)`) });
    if ((await tab.getAttribute('aria-expanded')) !== 'true') await tab.click();
    await this.#page
      .locator('.sidebar .composite.title h2')
      .filter({ hasText: new RegExp(`^${name}(:|$)`) })
      .waitFor();
  }

  /** Reloads the window as its command does, and waits until it takes input. */
  async reload(): Promise<void> {
    const loaded = this.#page.waitForEvent('load');
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await whenReady(this.#page);
  }
}
