import type { Locator, Page } from 'playwright-core';
import { until } from '../../machine/until.ts';
import { exactText } from './exactText.ts';
import { QuickInput } from './quickInput.ts';

/** The active text editor. */
export class Editor {
  readonly #page: Page;
  readonly #editor: Locator;
  readonly #quickInput: QuickInput;

  constructor(page: Page) {
    this.#page = page;
    this.#editor = page.locator('.editor-group-container.active .editor-instance .monaco-editor').first();
    this.#quickInput = new QuickInput(page);
  }

  /** Opens a file of the workspace by quick open and waits for its text. `file` is relative, with `/`. */
  async open(file: string): Promise<void> {
    const name = file.slice(file.lastIndexOf('/') + 1);
    await this.#page.keyboard.press('ControlOrMeta+P');
    await this.#quickInput.waitFor();
    await this.#quickInput.type(file);
    await this.#quickInput.pick(name);
    await this.#tab(name).waitFor();
    await this.#editor.locator('.view-line').first().waitFor();
  }

  /** File names of the open tabs. */
  async tabs(): Promise<string[]> {
    return this.#page
      .locator('.tabs-container .tab')
      .evaluateAll((tabs) => tabs.map((tab) => tab.getAttribute('data-resource-name') ?? ''));
  }

  /** Lines in view, joined with line feeds. */
  async visibleText(): Promise<string> {
    const lines = await this.#editor.locator('.view-line').evaluateAll((elements) =>
      elements
        .map((element) => ({ top: Number.parseFloat((element as HTMLElement).style.top), text: element.textContent }))
        .sort((a, b) => a.top - b.top)
        .map(({ text }) => text.replaceAll('\u00a0', ' ')),
    );
    return lines.join('\n');
  }

  /** Puts the cursor at a line and column, both counted from 1. */
  async goTo(line: number, column = 1): Promise<void> {
    await this.#page.keyboard.press('Control+G');
    await this.#quickInput.waitFor();
    await this.#quickInput.answer(`:${line}:${column}`);
    await this.#quickInput.waitUntilGone();
  }

  /** Types at the cursor, key by key. */
  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text);
  }

  /** Replaces one line, counted from 1, by one line of text. */
  async replaceLine(line: number, text: string): Promise<void> {
    await this.goTo(line);
    await this.#page.keyboard.press('Home');
    await this.#page.keyboard.press('Home');
    await this.#page.keyboard.press('Shift+End');
    await this.#page.keyboard.insertText(text);
  }

  /** Replaces the whole text. */
  async setText(text: string): Promise<void> {
    await this.#editor.locator('.view-lines').click();
    await this.#page.keyboard.press('ControlOrMeta+A');
    await this.#page.keyboard.insertText(text);
  }

  /** Saves and waits until the tab has lost its mark of change; the file is written within a moment. */
  async save(): Promise<void> {
    await this.#page.keyboard.press('ControlOrMeta+S');
    await this.#page.locator('.editor-group-container.active .tab.active:not(.dirty)').waitFor();
  }

  /** Clicks the margin beside a line, counted from 1, and waits until its breakpoint has come or gone. */
  async toggleBreakpoint(line: number): Promise<void> {
    const before = await this.#breakpoints().count();
    await this.#clickMargin(line);
    await until(`the breakpoint of line ${line} changes`, async () => (await this.#breakpoints().count()) !== before);
  }

  /** Line, counted from 1, at which the debugger stands; waits for it. */
  async stoppedLine(): Promise<number> {
    return until('the editor shows the line of the stop', async () => {
      const arrow = await this.#editor.locator('.codicon-debug-stackframe').first().boundingBox();
      return arrow === null ? undefined : this.#lineAt(arrow.y + arrow.height / 2);
    });
  }

  async closeAll(): Promise<void> {
    await this.#page.keyboard.press('ControlOrMeta+K');
    await this.#page.keyboard.press('ControlOrMeta+W');
    await this.#page.locator('.tabs-container .tab').first().waitFor({ state: 'hidden' });
  }

  #tab(name: string): Locator {
    return this.#page.locator(`.editor-group-container.active .tab.active[data-resource-name="${name}"]`);
  }

  /** Breakpoints in view, verified or not; the hint under the mouse is none. */
  #breakpoints(): Locator {
    return this.#editor.locator('.glyph-margin-widgets [class*="codicon-debug-breakpoint"]');
  }

  async #clickMargin(line: number): Promise<void> {
    await this.goTo(line);
    const number = this.#editor.locator('.line-numbers', { hasText: exactText(String(line)) });
    // The editor draws its lines anew after a jump, and until then the number is not on the page.
    const [numberBox, marginBox] = await until(`line ${line} is in view`, async () => {
      const boxes = [await number.boundingBox(), await this.#editor.locator('.margin').boundingBox()] as const;
      return boxes[0] !== null && boxes[1] !== null && ([boxes[0], boxes[1]] as const);
    });
    await this.#page.mouse.click(marginBox.x + 10, numberBox.y + numberBox.height / 2);
    // Away from the margin, where the mouse shows the hint of a further breakpoint.
    await this.#editor.locator('.view-lines').hover();
  }

  async #lineAt(y: number): Promise<number | undefined> {
    const numbers = await this.#editor.locator('.line-numbers').evaluateAll((elements) =>
      elements.map((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return { top, bottom, line: Number(element.textContent) };
      }),
    );
    return numbers.find(({ top, bottom }) => top <= y && y <= bottom)?.line;
  }
}
