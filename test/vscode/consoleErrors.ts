import type { Page } from 'playwright-core';

/** What VS Code itself says on a machine without its marketplace, its native modules and its cloud. */
const known: readonly RegExp[] = [
  /native-watchdog/,
  /open-vsx\.org/,
  /ERR_NAME_NOT_RESOLVED|ERR_INTERNET_DISCONNECTED/,
  /authentication provider 'github'/,
  /server responded with a status of 404/,
];

/** Collects the errors that a window writes to its console, an extension host's included. */
export class ConsoleErrors {
  readonly #lines: string[] = [];

  constructor(page: Page) {
    page.on('console', (message) => {
      if (message.type() === 'error') this.#add(message.text());
    });
    page.on('pageerror', (error) => {
      this.#add(error.stack ?? error.message);
    });
  }

  /** Those since the last call, without what VS Code says by itself. */
  take(): string[] {
    return this.#lines.splice(0);
  }

  #add(text: string): void {
    // The console's own format marks are no part of the text.
    const plain = text.replaceAll(/%c|color: [#\w]*/g, '').trim();
    if (!known.some((pattern) => pattern.test(plain))) this.#lines.push(plain);
  }
}
