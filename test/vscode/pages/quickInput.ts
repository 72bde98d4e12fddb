import { errors, type Locator, type Page } from 'playwright-core';
import { until } from '../../machine/until.ts';
import { asPattern, exactText } from './exactText.ts';

/** One row of a quick pick as a person reads it. */
export interface QuickPickItem {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** The drop-down at the top of the window: quick picks, input boxes and the command palette. */
export class QuickInput {
  readonly #page: Page;
  readonly #widget: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#widget = page.locator('.quick-input-widget:visible:not([inert])');
  }

  /** Waits until it is open and, if given, until its title matches: a next step of a dialog has another title. */
  async waitFor(title?: string | RegExp): Promise<void> {
    if (title === undefined) await this.#widget.waitFor();
    else
      await this.#widget
        .locator('.quick-input-title')
        .filter({ hasText: asPattern(title) })
        .waitFor();
  }

  /** Title, or '' where it has none. */
  async title(): Promise<string> {
    return (await this.#widget.locator('.quick-input-title').textContent()) ?? '';
  }

  /** The grey text of the empty input. */
  async placeholder(): Promise<string> {
    return (await this.#input().getAttribute('placeholder')) ?? '';
  }

  async value(): Promise<string> {
    return this.#input().inputValue();
  }

  /** Text below the input of an input box: its prompt, or what is wrong with the value. */
  async message(): Promise<string> {
    return (await this.#widget.locator('.quick-input-message').innerText()).trim();
  }

  /** Waits until that text matches. */
  async waitForMessage(text: string | RegExp): Promise<void> {
    await this.#widget
      .locator('.quick-input-message')
      .filter({ hasText: asPattern(text) })
      .waitFor();
  }

  /** The rows in view, once there are any. */
  async items(): Promise<QuickPickItem[]> {
    await this.#rows().first().waitFor();
    return this.#rows().evaluateAll((rows) =>
      rows
        .sort((a, b) => Number(a.getAttribute('data-index')) - Number(b.getAttribute('data-index')))
        .map((row) => {
          const text = (selector: string): string => row.querySelector(selector)?.textContent.trim() ?? '';
          return {
            label: text('.quick-input-list-rows .quick-input-list-row:first-child .label-name'),
            description: text('.label-description'),
            detail: text('.quick-input-list-rows .quick-input-list-row:nth-child(2) .label-name'),
          };
        }),
    );
  }

  /** Chooses the row with this label by a click; it must be in view, or come into view. */
  async pick(label: string): Promise<void> {
    await this.#row(label).first().click();
  }

  /** Whether a row with this label comes into view within some milliseconds. */
  async offers(label: string, timeout: number): Promise<boolean> {
    try {
      await this.#row(label).first().waitFor({ timeout });
      return true;
    } catch (error) {
      if (error instanceof errors.TimeoutError) return false;
      throw error;
    }
  }

  /** Filters a long list by the label first, then chooses it. */
  async find(label: string): Promise<void> {
    await this.type(label);
    await this.pick(label);
  }

  /** Ticks or unticks the row with this label in a pick of many. */
  async toggle(label: string): Promise<void> {
    await this.#row(label).first().getByRole('checkbox').click();
  }

  /** Replaces what stands in the input. */
  async type(text: string): Promise<void> {
    await this.#input().fill(text);
  }

  /** Presses Enter. */
  async accept(): Promise<void> {
    await this.#input().press('Enter');
  }

  /** Types and presses Enter. */
  async answer(text: string): Promise<void> {
    await this.type(text);
    await this.accept();
  }

  /** Presses a button of the title bar or of a row, by its tooltip. */
  async press(button: string): Promise<void> {
    await this.#widget.getByRole('button', { name: button }).first().click();
  }

  /** Presses a button that a row shows under the mouse, by its tooltip. */
  async pressOnItem(label: string, button: string): Promise<void> {
    const row = this.#row(label).first();
    await row.hover();
    await row.locator(`.action-label[aria-label="${button}"]`).click();
  }

  /** Presses Escape and waits until it is gone. */
  async cancel(): Promise<void> {
    await this.#page.keyboard.press('Escape');
    await this.waitUntilGone();
  }

  async waitUntilGone(): Promise<void> {
    await this.#widget.waitFor({ state: 'hidden' });
  }

  /** Waits until the rows satisfy a condition, and returns them. */
  async waitForItems(what: string, condition: (items: QuickPickItem[]) => boolean): Promise<QuickPickItem[]> {
    return until(what, async () => {
      const items = await this.items();
      return condition(items) && items;
    });
  }

  #input(): Locator {
    return this.#widget.locator('.quick-input-box input, .quick-input-filter input').first();
  }

  #rows(): Locator {
    return this.#widget.locator('.quick-input-list .monaco-list-row');
  }

  #row(label: string): Locator {
    return this.#rows().filter({
      has: this.#page
        .locator('.quick-input-list-rows .quick-input-list-row:first-child .label-name')
        .filter({ hasText: exactText(label) }),
    });
  }
}
