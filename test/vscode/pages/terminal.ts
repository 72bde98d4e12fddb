import type { Locator, Page } from 'playwright-core';
import { until } from '../../machine/until.ts';
import { terminalLines } from '../windowState.ts';
import { asPattern } from './exactText.ts';
import { rowTexts } from './listRows.ts';

/** The active terminal of the panel. */
export class Terminal {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Opens a new terminal of the default profile and waits for its prompt. */
  async open(): Promise<void> {
    await this.#page.keyboard.press('Control+Shift+`');
    await this.waitForText(/\S/);
  }

  /** Everything it has shown, scrollback included, without trailing empty lines. */
  async text(): Promise<string> {
    const lines = await terminalLines(await this.#active());
    return lines.join('\n').trimEnd();
  }

  /** Waits until its text matches, and returns the text. */
  async waitForText(text: string | RegExp, deadline = 30_000): Promise<string> {
    const pattern = asPattern(text);
    let last = '';
    try {
      return await until(
        'the terminal shows a text',
        async () => {
          last = await this.text();
          return pattern.test(last) && last;
        },
        deadline,
      );
    } catch (error) {
      throw new Error(`The terminal does not show ${String(text)}, but:\n${last}`, { cause: error });
    }
  }

  /** Types a line and presses Enter. */
  async run(command: string): Promise<void> {
    await this.type(`${command}\n`);
  }

  /** Types as a person would, key by key; a line feed is Enter. */
  async type(text: string): Promise<void> {
    await this.focus();
    await this.#page.keyboard.type(text);
  }

  /** Presses a key such as `Control+C`. */
  async press(key: string): Promise<void> {
    await this.focus();
    await this.#page.keyboard.press(key);
  }

  async focus(): Promise<void> {
    await (await this.#active()).locator('.xterm-helper-textarea').focus();
  }

  /** Puts a second terminal of the same profile beside it, which becomes the active one. */
  async split(): Promise<void> {
    const before = await this.#shown().count();
    await this.focus();
    await this.#page.keyboard.press('Control+Shift+5');
    await until('the terminal is split', async () => (await this.#shown().count()) > before);
    await this.waitForText(/\S/);
  }

  /** Names of all terminals: from their list or, of a single one, from the panel's title. */
  async names(): Promise<string[]> {
    const list = await rowTexts(this.#page.locator('.terminal-tabs-entry:visible .label-name'));
    return list.length > 0 ? list : rowTexts(this.#page.locator('.single-terminal-tab:visible'));
  }

  /** Whether the panel shows a terminal. */
  async isOpen(): Promise<boolean> {
    return this.#shown().first().isVisible();
  }

  /** Of the halves of a split terminal the one with the focus, else the last. */
  async #active(): Promise<Locator> {
    await this.#shown().first().waitFor();
    const focused = this.#page.locator('.terminal-wrapper.active:focus-within');
    return (await focused.count()) > 0 ? focused.first() : this.#shown().last();
  }

  #shown(): Locator {
    return this.#page.locator('.terminal-wrapper.active:visible');
  }
}
