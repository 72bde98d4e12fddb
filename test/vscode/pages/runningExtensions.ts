import type { Page } from 'playwright-core';
import { Workbench } from './workbench.ts';

/** The editor in which VS Code says what its extensions cost. */
export class RunningExtensions {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Milliseconds that an extension took to activate, by its display name. */
  async activationTime(name: string): Promise<number> {
    await new Workbench(this.#page).runCommand('Developer: Show Running Extensions');
    const row = this.#page.locator('.runtime-extensions-editor .monaco-list-row').filter({ hasText: name }).first();
    const text = await row.locator('.activation-time').innerText();
    await this.#page.keyboard.press('Escape');
    const [, milliseconds] = /(\d+)\s*ms/.exec(text) ?? [];
    if (milliseconds === undefined) throw new Error(`${name} is not activated: ${text}`);
    return Number(milliseconds);
  }
}
