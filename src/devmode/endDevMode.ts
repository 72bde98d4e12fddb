import { UserError } from '../base/errors.ts';
import { delay } from '../base/scheduler.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { describeRef, type KubeObject, type ObjectRef } from '../cluster/core/objects.ts';
import { announceReplicas } from './announceReplicas.ts';
import { readRecord } from './core/recordAnnotation.ts';
import { restore } from './core/template.ts';
import type { DevModeContext } from './devModeContext.ts';
import { patchBetween } from './patchBetween.ts';
import { returnOwnership } from './returnOwnership.ts';
import { settleWorkload } from './settleWorkload.ts';

export interface EndOptions extends DevModeContext {
  /** Ends only this session's dev mode; a workload that somebody else has taken over meanwhile is left alone. */
  readonly session?: string;
  /** Whether to wait until the original pods run and the dev pods are gone. Default: true. */
  readonly wait?: boolean;
  /** How long to go on trying while the cluster is away, in milliseconds. Default: 10 seconds. */
  readonly retryFor?: number;
  /** Told what is being waited for. */
  readonly onProgress?: (detail: string) => void;
}

/** How dev mode ended. */
export interface EndResult {
  /**
   * `restored`: put back by this call. `notInDevMode`: somebody had ended it already. `takenOver`: another session has
   * the workload. `gone`: the workload was deleted.
   */
  readonly outcome: 'restored' | 'notInDevMode' | 'takenOver' | 'gone';
  /** Places that somebody else changed meanwhile and that were therefore left as they are now, as readable paths. */
  readonly keptChanges: readonly string[];
  /** What was still missing when waiting stopped, for people; `undefined` when the original pods run. */
  readonly unfinished: string | undefined;
}

/** Bound of the write once it is begun, in milliseconds. */
const writeLimit = 30_000;
const maxConflicts = 10;
/** Pause between tries while the cluster is away, in milliseconds. */
const retryPause = 1000;
const changedMeanwhile = ['cluster.conflict', 'cluster.not-found'];
/** Failures that say nothing about the request itself. */
const passing = ['cluster.unreachable', 'cluster.timeout', 'cluster.server', 'cluster.too-many-requests'];

/**
 * Puts a workload back as it was, from any machine, by its record alone, and removes what dev mode left beside it.
 * Once the write has happened, dev mode is over: aborting `signal` then only ends the waiting.
 */
export async function endDevMode(cluster: Cluster, ref: ObjectRef, options: EndOptions): Promise<EndResult> {
  const { outcome, keptChanges, workload, session } = await writeRestored(cluster, ref, options);
  if (workload === undefined || session === undefined) return { outcome, keptChanges, unfinished: undefined };
  const { signal, scheduler, log, wait = true, onProgress = () => {} } = options;
  const rollout = wait && outcome === 'restored';
  const target = { ref, session, generation: workload.metadata.generation ?? 0, rollout };
  const unfinished = await settleWorkload(cluster, workload, target, { signal, scheduler, log, onProgress });
  return { outcome, keptChanges, unfinished };
}

interface Written extends Pick<EndResult, 'outcome' | 'keptChanges'> {
  /** Where there may be things of a session to remove: the workload as it is now, and that session. */
  readonly workload?: KubeObject;
  readonly session?: string | undefined;
}

/** Decides anew whenever the workload changed since it was read or the cluster was away for a moment. */
async function writeRestored(cluster: Cluster, ref: ObjectRef, options: EndOptions): Promise<Written> {
  const { session, signal, scheduler, retryFor = 10_000 } = options;
  const giveUp = scheduler.now() + retryFor;
  let sent: Written | undefined;
  for (let conflicts = 0; conflicts < maxConflicts;) {
    try {
      const current = await cluster.get(ref, signal);
      if (current === undefined) return { outcome: 'gone', keptChanges: [] };
      const record = readRecord(current);
      // When the answer to a write was lost, finding dev mode gone is the answer.
      if (record === undefined)
        return { outcome: 'notInDevMode', keptChanges: [], session, ...sent, workload: current };
      if (session !== undefined && record.session !== session) return { outcome: 'takenOver', keptChanges: [] };
      const { object, keptChanges } = restore(current, record);
      await announceReplicas(
        cluster,
        ref,
        { entered: current, restored: object, session: record.session },
        options.log,
      );
      signal.throwIfAborted();
      sent = { outcome: 'restored', keptChanges, session: record.session };
      const patch = { kind: 'json', operations: patchBetween(current, object) } as const;
      // Not the caller's signal: whether dev mode is over must not stay unknown.
      const workload = await cluster.patch(ref, patch, AbortSignal.timeout(writeLimit));
      await returnOwnership(
        cluster,
        ref,
        { entered: current, restored: workload, owners: record.owners ?? [] },
        options.log,
      );
      return { ...sent, workload };
    } catch (error) {
      const code = error instanceof UserError ? error.code : '';
      if (changedMeanwhile.includes(code)) {
        conflicts += 1;
        sent = undefined;
      } else if (passing.includes(code) && scheduler.now() < giveUp) await delay(scheduler, retryPause, signal);
      else throw error;
    }
  }
  throw new UserError({
    code: 'devmode.busy',
    message: `${describeRef(ref)} is being changed all the time, so dev mode could not be ended.`,
    next: 'Find out what changes it (a controller, a deployment under way), then end dev mode again.',
    remedies: [{ kind: 'endDevMode' }],
  });
}
