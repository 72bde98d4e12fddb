// Stands in for @vscode/spdlog, a native module that only a compiler could bring: without it VS Code writes no log
// files, and the Output panel, which reads those files, stays empty. Same interface, plain appends, no rotation.
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';

const names = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];

const loggers = new Set();
process.on('exit', () => {
  for (const logger of loggers) logger.flush();
});

class Logger {
  #file;
  #level = 2;
  #plain = false;
  #pending = '';
  #timer;

  constructor(file) {
    this.#file = file;
  }

  trace(message) {
    this.#log(0, message);
  }
  debug(message) {
    this.#log(1, message);
  }
  info(message) {
    this.#log(2, message);
  }
  warn(message) {
    this.#log(3, message);
  }
  error(message) {
    this.#log(4, message);
  }
  critical(message) {
    this.#log(5, message);
  }
  getLevel() {
    return this.#level;
  }
  setLevel(level) {
    this.#level = level;
  }
  /** VS Code knows one pattern only, that of `#log`. */
  setPattern() {
    this.#plain = false;
  }
  clearFormatters() {
    this.#plain = true;
  }
  flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending === '') return;
    const text = this.#pending;
    this.#pending = '';
    try {
      appendFileSync(this.#file, text);
    } catch (error) {
      // The test's folders may be gone before the last line is written.
      if (error.code !== 'ENOENT') throw error;
    }
  }
  drop() {
    this.flush();
    loggers.delete(this);
  }

  #log(level, message) {
    if (level < this.#level) return;
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
    this.#pending += this.#plain ? message : `${time} [${names[level]}] ${message}\n`;
    this.#timer ??= setTimeout(() => this.flush(), 50).unref();
  }
}

export const version = 0;
export function setLevel() {}
export function setFlushOn() {}

export async function createRotatingLogger(_name, file) {
  mkdirSync(path.dirname(file), { recursive: true });
  const logger = new Logger(file);
  loggers.add(logger);
  return logger;
}

export const createAsyncRotatingLogger = createRotatingLogger;
