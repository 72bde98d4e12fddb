import type { LogOutputChannel } from 'vscode';
import type { Log } from '../base/log.ts';

/** Writes the log of every room to the output channel; its level is chosen with VS Code's own Set Log Level. */
export function hostLog(channel: LogOutputChannel): Log {
  return {
    debug: (message, data) => {
      channel.debug(line(message, data));
    },
    info: (message, data) => {
      channel.info(line(message, data));
    },
    warn: (message, data) => {
      channel.warn(line(message, data));
    },
    error: (message, data) => {
      channel.error(line(message, data));
    },
  };
}

function line(message: string, data: unknown): string {
  if (data === undefined) return message;
  return `${message} ${typeof data === 'string' ? data : JSON.stringify(data)}`;
}
