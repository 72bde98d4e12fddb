import type { Locator } from 'playwright-core';

/**
 * Texts of the rows of one of VS Code's lists, or of elements inside them, from top to bottom. A list reuses its
 * elements while it scrolls and changes, so their order in the document says nothing.
 */
export async function rowTexts(rows: Locator): Promise<string[]> {
  const texts = await rows.evaluateAll((elements) =>
    elements
      .map((element) => ({
        index: Number(element.closest('.monaco-list-row')?.getAttribute('data-index') ?? 0),
        text: element instanceof HTMLElement ? element.innerText : '',
      }))
      .sort((a, b) => a.index - b.index)
      .map(({ text }) => text),
  );
  return texts.map((text) => text.replaceAll(/\s+/g, ' ').trim());
}
