import type { Log } from '../base/log.ts';
import type { Scheduler } from '../base/scheduler.ts';

/** What every operation of dev mode takes besides the cluster and the workload. */
export interface DevModeContext {
  readonly signal: AbortSignal;
  readonly scheduler: Scheduler;
  readonly log: Log;
}
