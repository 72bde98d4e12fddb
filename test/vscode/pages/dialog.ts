import type { Locator, Page } from 'playwright-core';

/** A modal message in the middle of the window. */
export class Dialog {
  readonly #box: Locator;

  constructor(page: Page) {
    this.#box = page.locator('.monaco-dialog-box');
  }

  /** Message and detail, once it is open. */
  async text(): Promise<string> {
    return (await this.#box.locator('.dialog-message-container').innerText()).trim();
  }

  async buttons(): Promise<string[]> {
    await this.#box.waitFor();
    return this.#box.locator('.dialog-buttons .monaco-button').allInnerTexts();
  }

  /** Presses a button and waits until the dialog is gone. */
  async press(button: string): Promise<void> {
    await this.#box.locator('.dialog-buttons').getByRole('button', { name: button, exact: true }).click();
    await this.#box.waitFor({ state: 'hidden' });
  }
}
