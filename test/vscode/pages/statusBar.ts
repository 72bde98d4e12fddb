import type { Locator, Page } from 'playwright-core';
import { asPattern } from './exactText.ts';

/** One item of the status bar. Its id is `publisher.extension.item`. */
export class StatusBarItem {
  readonly #page: Page;
  readonly #item: Locator;

  constructor(page: Page, id: string) {
    this.#page = page;
    this.#item = page.locator(`.statusbar [id="${id}"]`);
  }

  async text(): Promise<string> {
    return (await this.#item.innerText()).trim();
  }

  async waitForText(text: string | RegExp, timeout = 30_000): Promise<string> {
    await this.#item.filter({ hasText: asPattern(text) }).waitFor({ timeout });
    return this.text();
  }

  /** What a screen reader says: the text and the tooltip's first lines. */
  async accessibleText(): Promise<string> {
    return (await this.#item.locator('a').first().getAttribute('aria-label')) ?? '';
  }

  /** `error`, `warning` or '' by its background. */
  async kind(): Promise<string> {
    const classes = (await this.#item.getAttribute('class')) ?? '';
    return /\b(error|warning)-kind\b/.exec(classes)?.[1] ?? '';
  }

  async click(): Promise<void> {
    await this.#item.locator('a').first().click();
  }

  /** Shows the tooltip by hovering and waits until its text matches. */
  async waitForTooltip(text: string | RegExp): Promise<string> {
    await this.#item.hover();
    const tooltip = this.#page
      .locator('.monaco-hover:visible')
      .filter({ hasText: asPattern(text) })
      .last();
    await tooltip.waitFor();
    return (await tooltip.innerText()).trim();
  }

  async waitUntilGone(): Promise<void> {
    await this.#item.waitFor({ state: 'hidden' });
  }
}
