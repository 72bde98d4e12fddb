import type { Log } from '../base/log.ts';
import type { Scheduler } from '../base/scheduler.ts';

/** A log of one JSON object per line: `time` in ISO 8601, `level`, `message`, and `data` where there is any. */
export function jsonLog(scheduler: Scheduler, write: (line: string) => void): Log {
  const at =
    (level: string) =>
    (message: string, data?: unknown): void => {
      write(`${JSON.stringify({ time: new Date(scheduler.now()).toISOString(), level, message, data })}\n`);
    };
  return { debug: () => {}, info: at('info'), warn: at('warn'), error: at('error') };
}
