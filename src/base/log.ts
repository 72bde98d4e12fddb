/** Where diagnostics go. Messages are sentences; data is appended as JSON. Never pass tokens or file contents. */
export interface Log {
  debug(message: string, data?: unknown): void;
  info(message: string, data?: unknown): void;
  warn(message: string, data?: unknown): void;
  error(message: string, data?: unknown): void;
}

/** Discards everything. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Prefixes each message, so that lines of several sessions can be told apart. */
export function prefixLog(log: Log, prefix: string): Log {
  return {
    debug: (message, data) => {
      log.debug(`${prefix}${message}`, data);
    },
    info: (message, data) => {
      log.info(`${prefix}${message}`, data);
    },
    warn: (message, data) => {
      log.warn(`${prefix}${message}`, data);
    },
    error: (message, data) => {
      log.error(`${prefix}${message}`, data);
    },
  };
}
