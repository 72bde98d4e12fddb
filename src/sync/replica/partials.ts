import { createHash } from 'node:crypto';
import { constants, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Scheduler } from '../../base/scheduler.ts';
import type { PartialUpload } from '../../protocol/frame.ts';
import { isMissing } from './diskError.ts';

/** More interrupted uploads than this are not kept, and none for longer than a day. */
const maxPartials = 16;
const maxAgeMs = 24 * 60 * 60 * 1000;
/** A shorter beginning is not worth keeping, in bytes. */
export const worthKeepingBytes = 1024 * 1024;

/** The beginnings of long files whose upload was interrupted, by who sent them and which version they are of. */
export class Partials {
  readonly #folder: string;
  readonly #scheduler: Scheduler;
  /** Names of files that are being written to. */
  readonly #inUse = new Set<string>();

  /** Throws the disk's error when the folder cannot be made. */
  constructor(folder: string, scheduler: Scheduler) {
    this.#folder = folder;
    this.#scheduler = scheduler;
    mkdirSync(folder, { recursive: true });
    this.#trim();
  }

  /** What there is of one sender. */
  list(owner: string): PartialUpload[] {
    const prefix = prefixOf(owner);
    return this.#files()
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, bytes }) => ({ key: name.slice(prefix.length), bytes }));
  }

  /** Opens the file of an upload for reading and writing, making it when it is missing. Throws the disk's error. */
  open(owner: string, key: string): { readonly file: string; readonly descriptor: number } {
    const name = prefixOf(owner) + key;
    const file = path.join(this.#folder, name);
    const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT);
    this.#inUse.add(name);
    this.#trim();
    return { file, descriptor };
  }

  /** Whether a file is one that was opened here and not closed. */
  holds(file: string): boolean {
    return path.dirname(file) === this.#folder && this.#inUse.has(path.basename(file));
  }

  /** The file is not written to any more. What is left of it may be dropped from now on. */
  close(file: string): void {
    this.#inUse.delete(path.basename(file));
  }

  /** Drops everything that nobody writes to, because the disk is full. Answers whether that freed anything. */
  empty(): boolean {
    const files = this.#files();
    for (const { name } of files) this.#remove(name);
    return files.length > 0;
  }

  #trim(): void {
    const oldest = this.#scheduler.now() - maxAgeMs;
    const youngestFirst = this.#files().sort((a, b) => b.at - a.at);
    youngestFirst.forEach(({ name, at }, index) => {
      if (index >= maxPartials || at < oldest) this.#remove(name);
    });
  }

  #files(): { readonly name: string; readonly bytes: number; readonly at: number }[] {
    return readdirSync(this.#folder)
      .filter((name) => !this.#inUse.has(name))
      .flatMap((name) => {
        try {
          const { size, mtimeMs } = statSync(path.join(this.#folder, name));
          return [{ name, bytes: size, at: mtimeMs }];
        } catch (error) {
          if (isMissing(error)) return [];
          throw error;
        }
      });
  }

  #remove(name: string): void {
    rmSync(path.join(this.#folder, name), { force: true });
  }
}

/** Owners are told apart by a hash, because an id may hold what a file name may not. */
function prefixOf(owner: string): string {
  return `${createHash('sha256').update(owner).digest('hex').slice(0, 16)}-`;
}
