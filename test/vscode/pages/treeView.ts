import type { Locator, Page } from 'playwright-core';
import { until } from '../../machine/until.ts';
import { ContextMenu } from './contextMenu.ts';
import { exactText } from './exactText.ts';

/** One row of a tree as a person reads it. */
export interface TreeRow {
  readonly label: string;
  readonly description: string;
  /** 1 at the top. */
  readonly level: number;
  /** `undefined` for a row that cannot be expanded. */
  readonly expanded: boolean | undefined;
}

interface FoundRow extends TreeRow {
  readonly index: number;
}

/** A tree of an extension in the side bar, named by the title of its view, with or without that of its container. Rows are named by the path of their labels. */
export class TreeView {
  readonly #page: Page;
  readonly #pane: Locator;

  constructor(page: Page, title: string) {
    this.#page = page;
    this.#pane = page.locator('.pane', {
      has: page.locator('.pane-header .title', {
        hasText: new RegExp(`^${title.slice(title.indexOf(': ') + 1).trim()}$`, 'i'),
      }),
    });
  }

  /** The rows in view from top to bottom. */
  async rows(): Promise<TreeRow[]> {
    return (await this.#visible()).map(({ label, description, level, expanded }) => ({
      label,
      description,
      level,
      expanded,
    }));
  }

  /** Expands every row on a path and returns the last; waits for rows that are still being loaded. */
  async expand(...path: readonly string[]): Promise<Locator> {
    let row: Locator | undefined;
    for (let depth = 1; depth <= path.length; depth += 1) {
      row = await this.find(...path.slice(0, depth));
      if ((await row.getAttribute('aria-expanded')) === 'false') {
        await row.locator('.monaco-tl-twistie').click();
        await this.#waitForAttribute(row, path.slice(0, depth), 'true');
      }
    }
    if (row === undefined) throw new Error('A path needs at least one label.');
    return row;
  }

  /** Collapses one row. */
  async collapse(...path: readonly string[]): Promise<void> {
    const row = await this.find(...path);
    if ((await row.getAttribute('aria-expanded')) !== 'true') return;
    await row.locator('.monaco-tl-twistie').click();
    await this.#waitForAttribute(row, path, 'false');
  }

  /** Waits for a row whose parents are expanded, scrolling where it is out of view. */
  async find(...path: readonly string[]): Promise<Locator> {
    await this.#pane.locator('.monaco-list').waitFor();
    return until(`the tree shows ${path.join(' › ')}`, async () => {
      const visible = locate(await this.#visible(), path);
      if (visible !== undefined) return this.#row(visible.index, visible.label);
      const found = locate(await this.#all(), path);
      return found && this.#bringIntoView(found);
    });
  }

  /** Waits until the text beside a row's label matches. */
  async waitForDescription(path: readonly string[], text: RegExp): Promise<string> {
    return until(`${path.join(' › ')} is described as ${text}`, async () => {
      const row = locate(await this.#visible(), path);
      return row !== undefined && text.test(row.description) && row.description;
    });
  }

  /** Waits until a row is gone from view. */
  async waitUntilGone(...path: readonly string[]): Promise<void> {
    await until(`${path.join(' › ')} is gone`, async () => locate(await this.#visible(), path) === undefined);
  }

  async click(...path: readonly string[]): Promise<void> {
    await (await this.find(...path)).locator('.monaco-icon-label').click();
  }

  /** Right-clicks a row. */
  async openMenu(...path: readonly string[]): Promise<ContextMenu> {
    await (await this.find(...path)).locator('.monaco-icon-label').click({ button: 'right' });
    return new ContextMenu(this.#page);
  }

  /** Tooltips of the icons that a row shows under the mouse. */
  async inlineActions(...path: readonly string[]): Promise<string[]> {
    const row = await this.find(...path);
    await row.hover();
    return row.locator('.actions .action-label').evaluateAll((icons) => icons.map((icon) => icon.ariaLabel ?? ''));
  }

  /** Clicks an icon on a row by its tooltip. */
  async runInlineAction(path: readonly string[], tooltip: string): Promise<void> {
    const row = await this.find(...path);
    await row.hover();
    await row.locator(`.actions .action-label[aria-label="${tooltip}"]`).click();
  }

  /** Clicks an icon in the view's own title by its tooltip. */
  async runTitleAction(tooltip: string): Promise<void> {
    await this.#pane.hover();
    const icon = `.action-label[aria-label^="${tooltip}"]:visible`;
    await this.#page.locator(`.sidebar .composite.title ${icon}, .sidebar .pane-header ${icon}`).first().click();
  }

  /** Text shown instead of a tree that has no rows, buttons included. */
  async welcomeText(): Promise<string> {
    return this.#pane.locator('.welcome-view-content').innerText();
  }

  /** Presses a button of the text that is shown instead of rows. */
  async pressWelcomeButton(name: string): Promise<void> {
    await this.#pane.locator('.welcome-view-content').getByRole('button', { name }).click();
  }

  async #visible(): Promise<FoundRow[]> {
    return this.#pane.locator('.monaco-list-rows > .monaco-list-row').evaluateAll((rows) =>
      rows
        .map((row) => {
          const expanded = row.getAttribute('aria-expanded');
          return {
            label: row.querySelector('.label-name')?.textContent ?? '',
            description: row.querySelector('.label-description')?.textContent ?? '',
            level: Number(row.getAttribute('aria-level')),
            expanded: expanded === null ? undefined : expanded === 'true',
            index: Number(row.getAttribute('data-index')),
          };
        })
        .sort((a, b) => a.index - b.index),
    );
  }

  /** All rows, those out of view included; goes through them with the keyboard. */
  async #all(): Promise<FoundRow[]> {
    const found = new Map<number, FoundRow>();
    for await (const rows of this.#pages()) for (const row of rows) found.set(row.index, row);
    return [...found.values()].sort((a, b) => a.index - b.index);
  }

  /** Scrolls until the row is in view; its label guards against rows that moved meanwhile. */
  async #bringIntoView({ index, label }: FoundRow): Promise<Locator | undefined> {
    for await (const rows of this.#pages()) {
      if (rows.some((row) => row.index === index && row.label === label)) return this.#row(index, label);
    }
    return undefined;
  }

  /** What is in view, page by page from the top; the wheel would go by steps of its own. */
  async *#pages(): AsyncGenerator<FoundRow[]> {
    const list = this.#pane.locator('.monaco-list');
    await list.press('Home');
    for (let before = -1, focused = 0; focused > before;) {
      yield await this.#visible();
      before = focused;
      await list.press('PageDown');
      focused = await list.evaluate((element) =>
        Number(element.querySelector('.monaco-list-row.focused')?.getAttribute('data-index') ?? 0),
      );
    }
    yield await this.#visible();
  }

  #row(index: number, label: string): Locator {
    return this.#pane
      .locator(`.monaco-list-rows > .monaco-list-row[data-index="${index}"]`)
      .filter({ has: this.#page.locator('.label-name', { hasText: exactText(label) }) });
  }

  async #waitForAttribute(row: Locator, path: readonly string[], expanded: string): Promise<void> {
    await until(`${path.join(' › ')} is ${expanded === 'true' ? 'expanded' : 'collapsed'}`, async () => {
      return (await row.getAttribute('aria-expanded')) === expanded;
    });
  }
}

/** The row at the end of a path of labels, among rows that lie in view. */
function locate(rows: readonly FoundRow[], path: readonly string[]): FoundRow | undefined {
  let [from, to] = [0, rows.length];
  let found: FoundRow | undefined;
  for (const [depth, label] of path.entries()) {
    const position = rows.findIndex(
      (row, index) => index >= from && index < to && row.level === depth + 1 && row.label === label,
    );
    found = rows[position];
    if (found === undefined) return undefined;
    from = position + 1;
    const end = rows.findIndex((row, index) => index >= from && row.level <= depth + 1);
    to = end < 0 ? rows.length : end;
  }
  return found;
}
