import type { Log } from '../base/log.ts';
import type { LocalPath } from '../base/paths.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { DevConfig } from '../config/devConfig.ts';
import type { DevShape } from '../config/devShape.ts';
import type { Developer } from '../devmode/core/record.ts';
import type { WorkloadId } from './core/state.ts';

/** What every session takes from its host. */
export interface SessionDeps {
  /** Opens the cluster of a kubeconfig context; the session disposes it. */
  readonly openCluster: (context: string) => Promise<Cluster>;
  /** Folder on this machine for sessions' own state; readable by its owner only. */
  readonly stateDir: LocalPath;
  readonly developer: Developer;
  readonly sidecarImage: string;
  readonly podloopVersion: string;
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/** What the user decided before Start Develop. */
export interface StartRequest {
  readonly workload: WorkloadId;
  readonly container: string;
  readonly folder: LocalPath;
  readonly config: DevConfig;
  readonly shape: DevShape;
}
