import type { Locator, Page } from 'playwright-core';
import { asPattern } from './exactText.ts';
import { rowTexts } from './listRows.ts';

/** The Problems panel. */
export class Problems {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async open(): Promise<void> {
    if (await this.#panel().isVisible()) return;
    await this.#page.keyboard.press('ControlOrMeta+Shift+M');
    await this.#panel().waitFor();
  }

  /** Rows from top to bottom: files, each with its problems. */
  async rows(): Promise<string[]> {
    return rowTexts(this.#panel().locator('.monaco-list-row'));
  }

  /** Waits for a row whose text matches. */
  async waitFor(text: string | RegExp): Promise<void> {
    await this.#panel()
      .locator('.monaco-list-row')
      .filter({ hasText: asPattern(text) })
      .first()
      .waitFor();
  }

  #panel(): Locator {
    return this.#page.locator('.markers-panel');
  }
}
