import type { Locator, Page } from 'playwright-core';
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
      else await item.last().click();
    }
  }

  async close(): Promise<void> {
    await this.#page.keyboard.press('Escape');
    await this.#items().first().waitFor({ state: 'hidden' });
  }

  #items(): Locator {
    return this.#page.locator('.monaco-menu .action-item:not(.disabled)');
  }
}
