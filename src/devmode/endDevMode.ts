import { toError, UserError } from '../base/errors.ts';
import { delay } from '../base/scheduler.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { describeRef, type KubeObject } from '../cluster/core/objects.ts';
import { announceReplicas } from './announceReplicas.ts';
import { developableKind, endsInStages, type WorkloadRef } from './core/developableKinds.ts';
import { readRecord } from './core/recordAnnotation.ts';
import { restore, restoreFirst } from './core/template.ts';
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
  /**
   * Why something of dev mode could not be taken away, for people. Its record then stays on the workload, so that ending
   * it again finishes; `undefined` when nothing is left.
   */
  readonly leftover: string | undefined;
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
 * Once the write has happened, dev mode is over: aborting `signal` then only ends the waiting. Where pods are still to be
 * deleted, the record stays until that is done, so that whoever comes after a crash can finish.
 */
export async function endDevMode(cluster: Cluster, ref: WorkloadRef, options: EndOptions): Promise<EndResult> {
  const written = await writeRestored(cluster, ref, options);
  const { outcome, keptChanges, ref: known, workload, session } = written;
  if (workload === undefined || session === undefined) return { ...over, outcome, keptChanges };
  const { signal, scheduler, log, wait = true, onProgress = () => {} } = options;
  const rollout = (wait || developableKind(known).restoredLast.length > 0) && outcome === 'restored';
  const target = { ref: known, session, generation: workload.metadata.generation ?? 0, rollout };
  const settled = await settleWorkload(cluster, workload, target, { signal, scheduler, log, onProgress });
  const { missing, stays } = settled;
  const why = written.unfinished === true ? (stays ?? (await dropRecord(cluster, ref, session, options))) : undefined;
  const leftover = why === undefined ? undefined : `Something of dev mode is left: ${why} Choose End Develop again.`;
  return { outcome, keptChanges, unfinished: missing, leftover };
}

const over = { unfinished: undefined, leftover: undefined };

interface Written extends Pick<EndResult, 'outcome' | 'keptChanges'> {
  /** Where there may be things of a session to remove: the workload as it is now, and that session. */
  readonly workload?: KubeObject;
  readonly session?: string | undefined;
  readonly ref: WorkloadRef;
  /** Whether the record is still on the workload. */
  readonly unfinished?: boolean;
}

async function writeRestored(cluster: Cluster, ref: WorkloadRef, options: EndOptions): Promise<Written> {
  const { session, signal, log } = options;
  let sent: Written | undefined;
  const forget = (): void => {
    sent = undefined;
  };
  return persistently(ref, options, forget, async () => {
    const current = await cluster.get(ref, signal);
    if (current === undefined) return { outcome: 'gone', keptChanges: [], ref };
    const record = readRecord(current);
    if (record === undefined) {
      // When the answer to a write was lost, finding dev mode gone is the answer.
      return { outcome: 'notInDevMode', keptChanges: [], ref, session, ...sent, workload: current };
    }
    if (session !== undefined && record.session !== session) return { outcome: 'takenOver', keptChanges: [], ref };
    const { templatePath } = record;
    const known = templatePath === undefined ? ref : { ...ref, templatePath };
    const staged = endsInStages(developableKind(known));
    const { object, keptChanges } = staged ? restoreFirst(known, current, record) : restore(current, record);
    const restored = { outcome: 'restored', keptChanges, session: record.session, ref: known } as const;
    if (record.ending === true) return { ...restored, ...sent, workload: current, unfinished: true };
    await announceReplicas(cluster, known, { entered: current, restored: object, session: record.session }, log);
    signal.throwIfAborted();
    sent = restored;
    // Not the caller's signal: whether dev mode is over must not stay unknown.
    const patch = { kind: 'json', operations: patchBetween(current, object) } as const;
    const workload = await cluster.patch(ref, patch, AbortSignal.timeout(writeLimit));
    if (staged) return { ...restored, workload, unfinished: true };
    const owners = record.owners ?? [];
    await returnOwnership(cluster, ref, { entered: current, restored: workload, owners }, log);
    return { ...restored, workload };
  });
}

/** Takes the record of a session that has nothing left in the cluster. Gives the reason, for people, when it cannot. */
async function dropRecord(
  cluster: Cluster,
  ref: WorkloadRef,
  session: string,
  options: EndOptions,
): Promise<string | undefined> {
  // Whoever stops waiting does not mean the record to stay.
  const signal = AbortSignal.timeout(writeLimit);
  try {
    await persistently(
      ref,
      { ...options, signal },
      () => {},
      async () => {
        const current = await cluster.get(ref, signal);
        const record = current === undefined ? undefined : readRecord(current);
        if (current === undefined || record?.session !== session || record.ending !== true) return;
        const operations = patchBetween(current, restore(current, record).object);
        const restored = await cluster.patch(ref, { kind: 'json', operations }, signal);
        const owners = record.owners ?? [];
        await returnOwnership(cluster, ref, { entered: current, restored, owners }, options.log);
      },
    );
    return undefined;
  } catch (error) {
    return toError(error).message;
  }
}

/** Decides anew whenever the workload changed since it was read or the cluster was away for a moment. */
async function persistently<T>(
  ref: WorkloadRef,
  options: EndOptions,
  onChanged: () => void,
  attempt: () => Promise<T>,
): Promise<T> {
  const { signal, scheduler, retryFor = 10_000 } = options;
  const giveUp = scheduler.now() + retryFor;
  for (let conflicts = 0; conflicts < maxConflicts;) {
    try {
      return await attempt();
    } catch (error) {
      const code = error instanceof UserError ? error.code : '';
      if (changedMeanwhile.includes(code)) {
        conflicts += 1;
        onChanged();
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
