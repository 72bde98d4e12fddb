import type { Locator, Page } from 'playwright-core';

/** What VS Code puts on `window` when it is started with its smoke-test driver. */
interface Driver {
  whenWorkbenchRestored(): Promise<void>;
}

declare global {
  interface Window {
    readonly driver?: Driver;
  }
}

/** Waits until the window shows what it showed before, and takes input. */
export async function whenRestored(page: Page): Promise<void> {
  await page.waitForFunction(() => window.driver !== undefined);
  await page.evaluate(() => window.driver?.whenWorkbenchRestored());
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
