import { UserError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { describeRef, type ObjectRef, type ResourceType, types } from '../../cluster/core/objects.ts';
import { type WorkloadKind, workloadKinds } from '../../cluster/core/workloads.ts';

/** How dev mode is put on one kind of workload, as data. */
export interface DevelopableKind extends WorkloadKind {
  /** Path of the wanted number of pods; `undefined` for a kind that does not have one. */
  readonly replicasPath: readonly string[] | undefined;
  /** What dev mode sets besides template and number, each where the object that holds it exists. */
  readonly holds: readonly { readonly path: readonly string[]; readonly value: Json }[];
  /**
   * Which pods dev mode deletes itself when the template has changed: none where the controller replaces them; else all,
   * the first one, whose number is the lowest, or the one of the developed node. Those are the kinds whose controller
   * would leave old pods be, or replace more of them than dev mode wants.
   */
  readonly deletes: 'none' | 'all' | 'first' | 'ofNode';
  /**
   * The objects that hold the dev template with its labels, to be deleted at End: the controller's copies of templates, or
   * the Job that dev mode runs.
   */
  readonly derived: ResourceType | undefined;
  /** Whether a Job made from the template develops, as the workload's own pods come and go or cannot be changed. */
  readonly runsJob: boolean;
}

type Rules = Omit<DevelopableKind, keyof WorkloadKind>;

const replicas = ['spec', 'replicas'];
/** Template changes reach only those pods that are deleted, whatever strategy, partition or pause there was before. */
const onDelete = { path: ['spec', 'updateStrategy'], value: { type: 'OnDelete' } };
const suspended: Rules = {
  replicasPath: undefined,
  holds: [{ path: ['spec', 'suspend'], value: true }],
  deletes: 'none',
  derived: types.job,
  runsJob: true,
};
const rules: Readonly<Record<string, Rules>> = {
  [types.deployment.kind]: {
    replicasPath: replicas,
    holds: [],
    deletes: 'none',
    derived: types.replicaSet,
    runsJob: false,
  },
  [types.statefulSet.kind]: {
    replicasPath: replicas,
    // Scaling down to one pod must not delete the volumes of the others.
    holds: [onDelete, { path: ['spec', 'persistentVolumeClaimRetentionPolicy', 'whenScaled'], value: 'Retain' }],
    deletes: 'first',
    derived: types.controllerRevision,
    runsJob: false,
  },
  [types.daemonSet.kind]: {
    replicasPath: undefined,
    holds: [onDelete],
    deletes: 'ofNode',
    derived: types.controllerRevision,
    runsJob: false,
  },
  [types.replicaSet.kind]: {
    replicasPath: replicas,
    holds: [],
    deletes: 'all',
    derived: undefined,
    runsJob: false,
  },
  [types.job.kind]: suspended,
  [types.cronJob.kind]: suspended,
};

/** Whether more than one write is to be done at End, so that the record stays until all is. */
export function endsInStages({ deletes, runsJob }: DevelopableKind): boolean {
  return deletes !== 'none' || runsJob;
}

/** The kinds of workload that dev mode can be put on. */
export const developableKinds: readonly DevelopableKind[] = workloadKinds.flatMap((kind) => {
  const found = rules[kind.type.kind];
  return found === undefined ? [] : [{ ...kind, ...found }];
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
