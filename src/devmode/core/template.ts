import type { Json, JsonObject } from '../../base/json.ts';
import { objectField } from '../../cluster/core/fields.ts';
import type { KubeObject } from '../../cluster/core/objects.ts';
import { swapContainer } from './devContainer.ts';
import type { DevSpec } from './devSpec.ts';
import { readAt, writeAt } from './documentPath.ts';
import { developableKind, type Hold, type WorkloadRef } from './developableKinds.ts';
import { Draft } from './draft.ts';
import { ownersOf } from './ownership.ts';
import { filesFolder, sidecarContainer, workspaceVolume } from './podObjects.ts';
import { placeMount, shapePod } from './podShape.ts';
import { type DevModeRecord, type PathStep, recordAnnotation, type RecordedEdit, sessionLabel } from './record.ts';
import { withRecord } from './recordAnnotation.ts';
import { refuseUnfit } from './refusals.ts';
import { sidecarOf } from './sidecar.ts';
import { undoEdits } from './undoEdits.ts';

/** A workload in dev mode. */
export interface Entered {
  /** With the record that `restore` needs already on it. */
  readonly object: KubeObject;
  readonly record: DevModeRecord;
}

/**
 * The workload in dev mode. Throws a `UserError` `devmode.*` when it cannot be put into dev mode as asked. Where a Job
 * develops (see `devJob`), the workload itself is only held.
 */
export function enter(ref: WorkloadRef, workload: KubeObject, spec: DevSpec): Entered {
  const kind = developableKind(ref);
  refuseUnfit(ref, kind, workload, spec);
  const draft = new Draft(workload);
  draft.ensure(['metadata', 'annotations'], {});
  if (kind.replicasPath !== undefined) draft.set(kind.replicasPath, 1);
  for (const hold of kind.holds) applyHold(draft, hold);
  if (!kind.runsJob) developTemplate(draft, kind.templatePath, spec);
  const { session, developer, since, workDir, podloop, node } = spec;
  const owners = ownersOf(workload);
  const record: DevModeRecord = {
    ...{ version: 1, session, developer, since, container: spec.container, workDir, podloop, edits: draft.edits },
    ...(owners.length === 0 ? {} : { owners }),
    ...(node === undefined ? {} : { node }),
    ...(ref.templatePath === undefined ? {} : { templatePath: ref.templatePath }),
  };
  return { object: withRecord(ref, draft.document, record), record };
}

/** Makes the pod template at a path one that develops. */
export function developTemplate(draft: Draft<KubeObject>, template: readonly string[], spec: DevSpec): void {
  labelTemplate(draft, template, spec.session);
  const pod = [...template, 'spec'];
  const container = [...pod, 'containers', named(spec.container)];
  swapContainer(draft, pod, container, spec);
  shapePod(draft, pod, container, spec.shape);
  addWorkspace(draft, pod, container, spec);
  addSidecar(draft, pod, spec);
}

/**
 * The first stage of `restore`, where parts of dev mode are still to be taken away elsewhere, such as dev pods: the
 * record stays, with what is to be undone last.
 */
export function restoreFirst(
  ref: WorkloadRef,
  workload: KubeObject,
  record: DevModeRecord,
): { object: KubeObject; keptChanges: string[] } {
  const room = ['metadata', 'annotations'];
  const { restoredLast } = developableKind(ref);
  const isLast = ({ path }: RecordedEdit): boolean =>
    (path.length === room.length && room.every((key, index) => path[index] === key)) ||
    restoredLast.some((prefix) => prefix.every((key, index) => path[index] === key));
  const edits = record.edits.filter(isLast);
  const first = record.edits.filter((edit) => !isLast(edit));
  const { object, keptChanges } = restore(workload, { ...record, edits: first });
  const roomy = readAt(object, room) === undefined ? (writeAt(object, room, {}) as KubeObject) : object;
  return { object: withRecord(ref, roomy, { ...record, edits, ending: true }), keptChanges };
}

/**
 * The exact inverse of `enter`. Places that somebody else changed since are left as they are now; `keptChanges` names
 * them as readable paths.
 */
export function restore(workload: KubeObject, record: DevModeRecord): { object: KubeObject; keptChanges: string[] } {
  const bare = writeAt(workload, ['metadata', 'annotations', recordAnnotation], undefined);
  // Taking an annotation away leaves a Kubernetes object.
  const { document, kept } = undoEdits(bare as KubeObject, record.edits);
  return { object: document, keptChanges: kept };
}

function applyHold(draft: Draft<KubeObject>, { path, value, makesRoom }: Hold): void {
  for (let depth = 1; makesRoom === true && depth < path.length; depth += 1) draft.ensure(path.slice(0, depth), {});
  if (draft.read(path.slice(0, -1)) === undefined) return;
  if (value === undefined) draft.remove(path);
  else draft.set(path, value);
}

function labelTemplate(draft: Draft<KubeObject>, template: readonly string[], session: string): void {
  draft.ensure([...template, 'metadata'], {});
  draft.ensure([...template, 'metadata', 'labels'], {});
  draft.set([...template, 'metadata', 'labels', sessionLabel], session);
}

function addWorkspace(
  draft: Draft<KubeObject>,
  pod: readonly PathStep[],
  container: readonly PathStep[],
  { workDir }: DevSpec,
): void {
  draft.ensure([...pod, 'volumes'], []);
  const volume = { name: workspaceVolume, emptyDir: {} };
  draft.set([...pod, 'volumes', named(workspaceVolume)], volume, { name: workspaceVolume });
  placeMount(draft, container, { name: workspaceVolume, mountPath: workDir, subPath: filesFolder });
}

function addSidecar(draft: Draft<KubeObject>, pod: readonly string[], spec: DevSpec): void {
  const podSpec = objectAt(draft, pod);
  const sidecar = sidecarOf(podSpec, objectAt(draft, [...pod, 'containers', named(spec.container)]), spec);
  const list = [...pod, spec.sidecar.native ? 'initContainers' : 'containers'];
  draft.ensure(list, []);
  // First among init containers, so that files arrive while the others still run; last among ordinary ones, whose
  // first is the one that tools choose.
  const place = spec.sidecar.native ? 'start' : 'end';
  draft.set([...list, named(sidecarContainer)], sidecar, { name: sidecarContainer }, place);
}

function objectAt(draft: Draft<KubeObject>, path: readonly PathStep[]): JsonObject {
  const value: Json | undefined = readAt(draft.document, path);
  return objectField(value);
}

function named(value: string): PathStep {
  return { key: 'name', value };
}
