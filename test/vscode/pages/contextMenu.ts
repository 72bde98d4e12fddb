import type { Locator, Page } from 'playwright-core';
import { until } from '../../machine/until.ts';
import { exactText } from './exactText.ts';

/** The menu that a right-click opened. */
export class ContextMenu {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Titles of its items, in order. */
  async items(): Promise<string[]> {
    await this.#items().first().waitFor();
    const texts = await this.#items().locator('.action-label').allInnerTexts();
    return texts.map((text) => text.trim()).filter((text) => text !== '');
  }

  /** Clicks an item; several names lead through submenus. */
  async choose(...names: readonly string[]): Promise<void> {
    for (const [index, name] of names.entries()) {
      const item = this.#items().filter({ has: this.#page.locator('.action-label', { hasText: exactText(name) }) });
      if (index < names.length - 1) await item.last().hover();
      else await this.#click(item.last());
    }
  }

  /** Clicks until the menu is gone: VS Code ignores the mouse for the first tenth of a second of a menu. */
  async #click(item: Locator): Promise<void> {
    await until('the menu takes the click', async () => {
      if ((await item.count()) > 0) await item.click({ timeout: 1000 }).catch(() => undefined);
      return (await this.#items().count()) === 0;
    });
  }

  async close(): Promise<void> {
    await this.#page.keyboard.press('Escape');
    await this.#items().first().waitFor({ state: 'hidden' });
  }

  #items(): Locator {
    return this.#page.locator('.monaco-menu .action-item:not(.disabled)');
  }
}
