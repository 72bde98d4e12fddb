import type { Locator, Page } from 'playwright-core';
import { asPattern } from './exactText.ts';

/** One notification, found by its text; it stays usable while its text changes only if the pattern still matches. */
export class Notification {
  readonly #page: Page;
  readonly #item: Locator;

  constructor(page: Page, item: Locator) {
    this.#page = page;
    this.#item = item;
  }

  async text(): Promise<string> {
    return (await this.#item.locator('.notification-list-item-message').innerText()).trim();
  }

  /** Titles of its buttons. */
  async buttons(): Promise<string[]> {
    return this.#item.locator('.notification-list-item-buttons-container .monaco-button').allInnerTexts();
  }

  /** `error`, `warning` or `info`, by its icon. */
  async severity(): Promise<string> {
    const classes = (await this.#item.locator('.notification-list-item-icon').getAttribute('class')) ?? '';
    return /codicon-(error|warning|info)/.exec(classes)?.[1] ?? '';
  }

  /** Whether it shows a progress bar. */
  async hasProgress(): Promise<boolean> {
    return (await this.#item.locator('.monaco-progress-container.active').count()) > 0;
  }

  /** Presses a button: its title exactly. */
  async press(button: string): Promise<void> {
    await this.#item.getByRole('button', { name: button, exact: true }).click();
  }

  /** Presses the Cancel button of a progress notification. */
  async cancel(): Promise<void> {
    await this.press('Cancel');
  }

  async waitUntilGone(timeout = 60_000): Promise<void> {
    await this.#item.waitFor({ state: 'hidden', timeout });
  }

  /** Takes it away with the keyboard, as its cross does. */
  async dismiss(): Promise<void> {
    await this.#item.click({ position: { x: 40, y: 8 } });
    await this.#page.keyboard.press('Delete');
    await this.waitUntilGone();
  }
}

/** The notifications at the lower right. */
export class Notifications {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Waits for a notification whose text matches, in a toast or, where that is open, in the list of notifications. */
  async waitFor(text: string | RegExp, timeout = 30_000): Promise<Notification> {
    const item = this.#items()
      .filter({ has: this.#page.locator('.notification-list-item-message', { hasText: asPattern(text) }) })
      .first();
    try {
      await item.waitFor({ timeout });
    } catch (error) {
      const shown = JSON.stringify(await this.texts());
      throw new Error(`No notification says ${String(text)}; these are shown: ${shown}.`, { cause: error });
    }
    return new Notification(this.#page, item);
  }

  /** Texts of all that are shown. */
  async texts(): Promise<string[]> {
    return this.#items().locator('.notification-list-item-message').allInnerTexts();
  }

  #items(): Locator {
    return this.#page.locator('.notifications-list-container .monaco-list-row');
  }
}
