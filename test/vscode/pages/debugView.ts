import type { Locator, Page } from 'playwright-core';
import { asPattern, exactText } from './exactText.ts';
import { rowTexts } from './listRows.ts';

/** Buttons of the floating debug bar. */
export type DebugAction =
  'Continue' | 'Pause' | 'Step Over' | 'Step Into' | 'Step Out' | 'Restart' | 'Stop' | 'Disconnect';

/** Run and Debug: its views and the floating bar. */
export class DebugView {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Presses F5. */
  async start(): Promise<void> {
    await this.#page.keyboard.press('F5');
  }

  /** Waits until the program stands, and returns the call stack. */
  async waitForStop(timeout = 30_000): Promise<string[]> {
    await this.#page.locator('.debug-call-stack .stack-frame').first().waitFor({ timeout });
    return this.callStack();
  }

  /** Rows of the call stack from top to bottom: sessions, threads and frames with file and line. */
  async callStack(): Promise<string[]> {
    return rowTexts(this.#page.locator('.debug-call-stack .monaco-list-row'));
  }

  /** Frames only: `function file:line:column`. */
  async frames(): Promise<string[]> {
    return rowTexts(this.#page.locator('.debug-call-stack .stack-frame'));
  }

  /** Waits until the program runs on: no frame is shown any more. */
  async waitUntilRunning(): Promise<void> {
    await this.#page.locator('.debug-call-stack .stack-frame').first().waitFor({ state: 'hidden' });
  }

  /** Waits until no session is left. */
  async waitUntilEnded(): Promise<void> {
    await this.#toolbar().waitFor({ state: 'hidden' });
  }

  /** Waits for a variable of the innermost scope, which is expanded where it is not, and returns its value. */
  async variable(name: string): Promise<string> {
    await this.#expand(this.#page.locator('.debug-variables .monaco-list-row').first());
    const value = this.#variable(name).locator('.value');
    await value.waitFor();
    return value.innerText();
  }

  /** Expands a variable in view, so that its parts can be read by their names. */
  async expandVariable(name: string): Promise<void> {
    await this.#expand(this.#variable(name));
  }

  /** Presses a button of the debug bar. */
  async press(action: DebugAction): Promise<void> {
    await this.#toolbar().locator(`a.action-label[aria-label^="${action}"]`).click();
  }

  /** Names of what F5 may start, as the drop-down of the view offers them. */
  async chosenConfiguration(): Promise<string> {
    const select = this.#page.locator('.start-debug-action-item select');
    return select.evaluate((element) => (element as HTMLSelectElement).selectedOptions[0]?.textContent ?? '');
  }

  /** Chooses what F5 starts. */
  async choose(configuration: string): Promise<void> {
    await this.#page.locator('.start-debug-action-item select').selectOption({ label: configuration });
  }

  /** Lines of the debug console. */
  async console(): Promise<string[]> {
    return rowTexts(this.#page.locator('.repl .monaco-list-row'));
  }

  /** Waits for a line of the debug console. */
  async waitForConsole(text: string | RegExp): Promise<void> {
    await this.#page
      .locator('.repl .monaco-list-row')
      .filter({ hasText: asPattern(text) })
      .first()
      .waitFor();
  }

  /** Types an expression into the debug console and waits for its answer. */
  async evaluate(expression: string, answer: string): Promise<void> {
    await this.#page.locator('.repl-input-wrapper .monaco-editor').click();
    await this.#page.keyboard.type(`${expression}\n`);
    await this.#page
      .locator('.repl .evaluation-result .value', { hasText: exactText(answer) })
      .first()
      .waitFor();
  }

  #toolbar(): Locator {
    return this.#page.locator('.debug-toolbar');
  }

  #variable(name: string): Locator {
    const label = this.#page.locator('.name', { hasText: new RegExp(`^${name}\\s*[=:]?\\s*$`) });
    return this.#page.locator('.debug-variables .monaco-list-row').filter({ has: label }).first();
  }

  async #expand(row: Locator): Promise<void> {
    if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click();
  }
}
