import { toError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { describeRef, type KubeObject, type ObjectRef } from '../cluster/core/objects.ts';
import { handBack } from './core/ownership.ts';
import type { FieldOwner } from './core/record.ts';
import { patchBetween } from './patchBetween.ts';

/** Bound of each request, in milliseconds. */
const limit = 10_000;
/** Controllers write into the status at the same time, and each write makes a new version. */
const maxConflicts = 8;

/**
 * Gives the ownership of fields that were put back to whoever had it before dev mode. A write of its own, since the
 * server books every change to whoever makes it. Never rejects: the workload itself is as it was already.
 */
export async function returnOwnership(
  cluster: Cluster,
  ref: ObjectRef,
  { entered, restored, owners }: { entered: KubeObject; restored: KubeObject; owners: readonly FieldOwner[] },
  log: Log,
): Promise<void> {
  let now: KubeObject | undefined = restored;
  for (let tries = 0; tries < maxConflicts && now !== undefined; tries += 1) {
    const owned = handBack(entered, now, owners);
    if (owned === undefined) return;
    try {
      const patch = { kind: 'json', operations: patchBetween(now, owned) } as const;
      await cluster.patch(ref, patch, AbortSignal.timeout(limit));
      return;
    } catch (error) {
      log.debug(`Could not hand back the ownership of fields of ${describeRef(ref)}.`, toError(error).message);
      now = await cluster.get(ref, AbortSignal.timeout(limit)).catch(() => undefined);
    }
  }
}
