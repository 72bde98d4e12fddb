import { UserError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { describeRef, type ObjectRef, type ResourceType, types } from '../../cluster/core/objects.ts';
import {
  customKinds,
  kindId,
  knativeRevision,
  type WorkloadKind,
  workloadKinds,
} from '../../cluster/core/workloads.ts';

/** A workload that dev mode is asked for. */
export interface WorkloadRef extends ObjectRef {
  /** Keys to the pod template, of a kind that nothing else is known of. */
  readonly templatePath?: readonly string[];
}

/** How dev mode is put on one kind of workload, as data. */
export interface DevelopableKind extends WorkloadKind {
  /** Path of the wanted number of pods; `undefined` for a kind that does not have one. */
  readonly replicasPath: readonly string[] | undefined;
  /** What dev mode sets besides template and number. */
  readonly holds: readonly Hold[];
  /** What of that is put back only when the original pods run again, as it decides how they come. */
  readonly restoredLast: readonly (readonly string[])[];
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
  /** Whether its pods may have init containers that stay, if the cluster knows such. */
  readonly nativeSidecars: boolean;
  /** Whether the status counts pods in the words of a Deployment, so that it tells how far a rollout is. */
  readonly countsPods: boolean;
}

/** A field that has another value while dev mode lasts; `undefined` for none. */
export interface Hold {
  readonly path: readonly string[];
  readonly value: Json | undefined;
  /** Makes the object that holds it where there is none, instead of leaving it out. */
  readonly makesRoom?: true;
}

type Rules = Omit<DevelopableKind, keyof WorkloadKind>;

const replicas = ['spec', 'replicas'];
const updateStrategy = ['spec', 'updateStrategy'];
/** Template changes reach only those pods that are deleted, whatever strategy, partition or pause there was before. */
const onDelete: Hold = { path: updateStrategy, value: { type: 'OnDelete' } };

const plain: Rules = {
  replicasPath: replicas,
  holds: [],
  restoredLast: [],
  deletes: 'none',
  derived: undefined,
  runsJob: false,
  nativeSidecars: true,
  countsPods: true,
};
const numbered: Rules = {
  ...plain,
  // Scaling down to one pod must not delete the volumes of the others.
  holds: [onDelete, { path: ['spec', 'persistentVolumeClaimRetentionPolicy', 'whenScaled'], value: 'Retain' }],
  deletes: 'first',
  derived: types.controllerRevision,
};
const onEachNode: Rules = {
  ...plain,
  replicasPath: undefined,
  holds: [onDelete],
  deletes: 'ofNode',
  derived: types.controllerRevision,
};
const suspended: Rules = {
  ...plain,
  replicasPath: undefined,
  holds: [{ path: ['spec', 'suspend'], value: true }],
  derived: types.job,
  runsJob: true,
  countsPods: false,
};
const strategy = ['spec', 'strategy'];
/** Whatever would stop a rollout half-way, with the dev pod beside the original ones, is set aside. */
const staged: Rules = {
  ...plain,
  derived: types.replicaSet,
  holds: [
    { path: [...strategy, 'canary', 'steps'], value: undefined },
    { path: [...strategy, 'canary', 'analysis'], value: undefined },
    { path: [...strategy, 'blueGreen', 'autoPromotionEnabled'], value: undefined },
    { path: [...strategy, 'blueGreen', 'autoPromotionSeconds'], value: undefined },
    { path: [...strategy, 'blueGreen', 'prePromotionAnalysis'], value: undefined },
    { path: [...strategy, 'blueGreen', 'postPromotionAnalysis'], value: undefined },
  ],
  restoredLast: [strategy],
};
const cloned: Rules = {
  ...plain,
  derived: types.controllerRevision,
  holds: [{ path: updateStrategy, value: { type: 'ReCreate' } }],
  restoredLast: [updateStrategy],
};
const scale = ['spec', 'template', 'metadata', 'annotations'];
/** Its pods may have only part of what Kubernetes has, and none of them stays without requests. */
const served: Rules = {
  ...plain,
  replicasPath: undefined,
  holds: [
    { path: [...scale, 'autoscaling.knative.dev/min-scale'], value: '1', makesRoom: true },
    { path: [...scale, 'autoscaling.knative.dev/max-scale'], value: '1', makesRoom: true },
    // A name of one's own for the revision belongs to the original template.
    { path: ['spec', 'template', 'metadata', 'name'], value: undefined },
  ],
  derived: knativeRevision,
  nativeSidecars: false,
  countsPods: false,
};
/** Of a kind that nothing is known of but its template, only that its controller follows it. */
const unknown: Rules = { ...plain, countsPods: false };

const rules: Readonly<Record<string, Rules>> = {
  Deployment: { ...plain, derived: types.replicaSet },
  StatefulSet: numbered,
  DaemonSet: onEachNode,
  ReplicaSet: { ...plain, deletes: 'all' },
  Job: suspended,
  CronJob: suspended,
  'Rollout.argoproj.io': staged,
  'Service.serving.knative.dev': served,
  'CloneSet.apps.kruise.io': cloned,
  'StatefulSet.apps.kruise.io': numbered,
  'DaemonSet.apps.kruise.io': onEachNode,
};

/** The kinds of workload that dev mode can be put on wherever the cluster has them. */
export const developableKinds: readonly DevelopableKind[] = [...workloadKinds, ...customKinds].flatMap((kind) => {
  const found = rules[kindId(kind.type)];
  return found === undefined ? [] : [{ ...kind, ...found }];
});

/** Whether more than one write is to be done at End, so that the record stays until all is. */
export function endsInStages({ deletes, runsJob, restoredLast }: DevelopableKind): boolean {
  return deletes !== 'none' || runsJob || restoredLast.length > 0;
}

/** How dev mode is put on the workload's kind. Throws `UserError` `devmode.kind` for a kind without dev mode. */
export function developableKind(ref: WorkloadRef): DevelopableKind {
  const id = kindId(ref.type);
  const found = developableKinds.find(({ type }) => kindId(type) === id);
  if (found !== undefined) return found;
  const { type, templatePath } = ref;
  if (templatePath !== undefined) {
    return { type, templatePath, readyField: 'readyReplicas', wantedField: undefined, ...unknown };
  }
  throw new UserError({
    code: 'devmode.kind',
    message: `${describeRef(ref)} cannot be put into dev mode: where its pod template is is not known.`,
    next: 'Choose the workload that makes these pods, or name the path of its pod template.',
  });
}
