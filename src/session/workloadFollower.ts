import type { Disposable } from '../base/disposable.ts';
import { toError, UserError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Cluster, LiveState } from '../cluster/cluster.ts';
import type { KubeObject, ObjectRef } from '../cluster/core/objects.ts';
import { describeRef } from '../cluster/core/objects.ts';
import { readRecord } from '../devmode/core/recordAnnotation.ts';

/**
 * Watches the workload of a session and tells once when dev mode is no longer ours: ended or taken over on another
 * machine, reverted by a controller, or the workload deleted.
 */
export function followWorkload(
  cluster: Cluster,
  ref: ObjectRef,
  session: string,
  { onLost, log }: { readonly onLost: (error: UserError) => void; readonly log: Log },
): Disposable {
  let told = false;
  const scope = {
    ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
    fieldSelector: `metadata.name=${ref.name}`,
  };
  return cluster.watch(ref.type, scope, (state: LiveState) => {
    // Only a live list is evidence; a failed one says nothing about the workload.
    if (told || state.kind !== 'live') return;
    try {
      const lost = whyLost(ref, session, state.items[0]);
      if (lost === undefined) return;
      told = true;
      onLost(lost);
    } catch (error) {
      // Damaged, or of a newer version: it does not say whose dev mode it is, so nothing is given up for it.
      log.warn(`The record on ${describeRef(ref)} cannot be read.`, toError(error).message);
    }
  });
}

/** Why the workload is not in this session's dev mode; `undefined` while it is. Throws where the record cannot be read. */
export function whyLost(ref: ObjectRef, session: string, object: KubeObject | undefined): UserError | undefined {
  if (object === undefined) {
    return new UserError({
      code: 'session.workload-deleted',
      message: `${describeRef(ref)} was deleted while it was in dev mode.`,
      next: 'Your files are untouched. Deploy the workload again to develop it.',
    });
  }
  const record = readRecord(object);
  if (record === undefined) {
    return new UserError({
      code: 'session.ended-elsewhere',
      message: `Dev mode of ${describeRef(ref)} was ended outside this window.`,
      next: 'Your files are untouched. Start Develop again when you need it.',
    });
  }
  if (record.session === session) return undefined;
  return new UserError({
    code: 'session.taken-over',
    message: `${describeRef(ref)} is now developed by ${record.developer.user} on ${record.developer.host}.`,
    next: 'Your files are untouched. Agree with them before you start again.',
  });
}
