import type { Locator, Page } from 'playwright-core';

/** The settings editor. */
export class SettingsEditor {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Opens it and searches; `@ext:publisher.name` gives all settings of an extension. */
  async search(query: string): Promise<void> {
    await this.#page.keyboard.press('ControlOrMeta+,');
    const input = this.#editor().locator('.search-container .monaco-editor');
    await input.click();
    await this.#page.keyboard.press('ControlOrMeta+A');
    await this.#page.keyboard.type(query);
    await this.#editor().locator('.settings-count-widget', { hasText: /Found/ }).waitFor();
  }

  /** Full names of the settings in view: `Category › Sub: Label`. */
  async names(): Promise<string[]> {
    const names = await this.#settings().locator('.setting-item-title').allInnerTexts();
    return names.map((name) => name.replaceAll(/\s+/g, ' ').trim());
  }

  /** Ticks or unticks a setting of kind yes or no, by its full name or part of it. */
  async toggle(name: string): Promise<void> {
    await this.#settings().filter({ hasText: name }).first().getByRole('checkbox').click();
  }

  /** Closes it; it lies over the window. */
  async close(): Promise<void> {
    await this.#page.keyboard.press('ControlOrMeta+W');
    await this.#editor().waitFor({ state: 'hidden' });
  }

  #editor(): Locator {
    return this.#page.locator('.settings-editor');
  }

  #settings(): Locator {
    return this.#editor().locator('.settings-tree-container .setting-item-contents');
  }
}
