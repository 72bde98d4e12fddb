import { UserError } from '../../base/errors.ts';
import { describeRef, type ObjectRef, types } from '../../cluster/core/objects.ts';
import { type WorkloadKind, workloadKinds } from '../../cluster/core/workloads.ts';

/** How dev mode is put on one kind of workload, as data. */
export interface DevelopableKind extends WorkloadKind {
  /** Path of the wanted number of pods. */
  readonly replicasPath: readonly string[];
}

const replicasPaths: Readonly<Record<string, readonly string[]>> = {
  [types.deployment.kind]: ['spec', 'replicas'],
};

/** The kinds of workload that dev mode can be put on. */
export const developableKinds: readonly DevelopableKind[] = workloadKinds.flatMap((kind) => {
  const replicasPath = replicasPaths[kind.type.kind];
  return replicasPath === undefined ? [] : [{ ...kind, replicasPath }];
});

/** How dev mode is put on the workload's kind. Throws `UserError` `devmode.kind` for a kind without dev mode. */
export function developableKind(ref: ObjectRef): DevelopableKind {
  const found = developableKinds.find(({ type }) => type.kind === ref.type.kind);
  if (found !== undefined) return found;
  throw new UserError({
    code: 'devmode.kind',
    message: `${describeRef(ref)} cannot be put into dev mode: that works for ${developableKinds.map(({ type }) => type.kind).join(', ')}.`,
    next: 'Choose the workload that makes these pods.',
  });
}
