import { describeRef, type ObjectRef, types } from '../../cluster/core/objects.ts';
import { UserError } from '../../base/errors.ts';

/** How dev mode is put on one kind of workload, as data. */
export interface WorkloadKind {
  readonly kind: string;
  /** Path of the pod template. */
  readonly template: readonly string[];
  /** Path of the wanted number of pods. */
  readonly replicas: readonly string[];
}

const kinds: readonly WorkloadKind[] = [
  { kind: types.deployment.kind, template: ['spec', 'template'], replicas: ['spec', 'replicas'] },
];

/** Kinds of workload that dev mode can be put on, as in `kind:` of a manifest. */
export const developableKinds: readonly string[] = kinds.map(({ kind }) => kind);

/** How dev mode is put on the workload's kind. Throws `UserError` `devmode.kind` for a kind without dev mode. */
export function workloadKind(ref: ObjectRef): WorkloadKind {
  const found = kinds.find(({ kind }) => kind === ref.type.kind);
  if (found !== undefined) return found;
  throw new UserError({
    code: 'devmode.kind',
    message: `${describeRef(ref)} cannot be put into dev mode: that works for ${developableKinds.join(', ')}.`,
    next: 'Choose the workload that makes these pods.',
  });
}
