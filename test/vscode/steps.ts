import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';

/** A step that was done. */
export interface Step {
  readonly name: string;
  readonly milliseconds: number;
  /** Absolute path of its picture. */
  readonly screenshot: string;
}

/**
 * Records what happens in a window as named steps: each is printed with its time and leaves a numbered picture, a
 * failed one too. Serves tests and the demo alike.
 */
export class StepRecorder {
  readonly folder: string;
  readonly #page: Page;
  readonly #print: (line: string) => void;
  readonly #done: Step[] = [];

  /** `folder` is emptied. */
  constructor(page: Page, folder: string, print: (line: string) => void) {
    this.#page = page;
    this.#print = print;
    this.folder = folder;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }

  get done(): readonly Step[] {
    return this.#done;
  }

  /** Does one step, named as a person would tell it: "open the file". */
  readonly step = async <T>(name: string, body: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    try {
      const result = await body();
      await this.#finish(name, performance.now() - started, '');
      return result;
    } catch (error) {
      await this.#finish(name, performance.now() - started, '-failed');
      throw error;
    }
  };

  /** Takes a picture without a step of its own. */
  async screenshot(name: string): Promise<string> {
    const file = path.join(this.folder, `${slug(name)}.png`);
    // The first picture of a busy page can take long; a missing one must not hide the failure that it should show.
    await this.#page.screenshot({ path: file, timeout: 10_000 }).catch((error: unknown) => {
      this.#print(`    no picture of '${name}': ${String(error)}`);
    });
    return file;
  }

  async #finish(name: string, milliseconds: number, suffix: string): Promise<void> {
    const number = String(this.#done.length + 1).padStart(2, '0');
    const screenshot = await this.screenshot(`${number}-${name}${suffix}`);
    this.#done.push({ name, milliseconds, screenshot });
    const mark = suffix === '' ? '' : '  FAILED';
    this.#print(`  ${number}  ${(milliseconds / 1000).toFixed(1).padStart(5)} s  ${name}${mark}`);
  }
}

/** Words of a name joined by dashes: a file name on every system. */
export function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 80);
}
