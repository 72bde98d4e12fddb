import type { Locator, Page } from 'playwright-core';

/** Waits until a window shows what it showed before, knows its extensions and takes input. */
export async function whenReady(page: Page): Promise<void> {
  // VS Code marks the stages of its start for its own measurements.
  await page.waitForFunction(
    () =>
      ['code/didStartWorkbench', 'code/didLoadExtensions'].every(
        (mark) => performance.getEntriesByName(mark).length > 0,
      ),
    undefined,
    // The first window of a busy machine compiles twenty megabytes of script.
    { timeout: 90_000 },
  );
}

/** VS Code keeps the terminal emulator on its element. */
interface TerminalElement extends Element {
  readonly xterm?: {
    readonly buffer: {
      readonly active: {
        readonly length: number;
        getLine(row: number): { readonly isWrapped: boolean; translateToString(trim: boolean): string } | undefined;
      };
    };
  };
}

/** Every line of a terminal, scrollback included; a line that was wrapped at the edge is one line. */
export async function terminalLines(wrapper: Locator): Promise<string[]> {
  return wrapper.evaluate((element: TerminalElement) => {
    const lines: string[] = [];
    const buffer = element.xterm?.buffer.active;
    for (let row = 0; row < (buffer?.length ?? 0); row += 1) {
      const wrapped = buffer?.getLine(row + 1)?.isWrapped === true;
      const line = buffer?.getLine(row);
      const text = line?.translateToString(!wrapped) ?? '';
      if (line?.isWrapped === true) lines.push((lines.pop() ?? '') + text);
      else lines.push(text);
    }
    return lines;
  });
}
