import type { Page } from 'playwright-core';
import { until } from '../../machine/until.ts';
import { asPattern } from './exactText.ts';

/** The Output panel on whichever channel it shows. */
export class OutputPanel {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Lines in view, joined with line feeds. */
  async text(): Promise<string> {
    const lines = await this.#page.locator('.output-view .view-line').allInnerTexts();
    return lines.join('\n').replaceAll('\u00a0', ' ');
  }

  /** Waits until the lines in view match. */
  async waitForText(text: string | RegExp): Promise<string> {
    return until(`the output shows ${String(text)}`, async () => {
      const shown = await this.text();
      return asPattern(text).test(shown) && shown;
    });
  }
}
