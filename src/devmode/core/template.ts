import type { Json, JsonObject } from '../../base/json.ts';
import { objectField, objectsField } from '../../cluster/core/fields.ts';
import type { KubeObject, ObjectRef } from '../../cluster/core/objects.ts';
import type { DevSpec } from './devSpec.ts';
import { readAt, writeAt } from './documentPath.ts';
import { developableKind } from './developableKinds.ts';
import { Draft } from './draft.ts';
import { ownersOf } from './ownership.ts';
import { filesFolder, sidecarContainer, workspaceVolume } from './podObjects.ts';
import { effectiveUser, plainPath } from './podTemplate.ts';
import { type DevModeRecord, type PathStep, recordAnnotation, sessionLabel } from './record.ts';
import { withRecord } from './recordAnnotation.ts';
import { refuseUnfit } from './refusals.ts';
import { sidecarOf } from './sidecar.ts';
import { undoEdits } from './undoEdits.ts';

/** User of the dev container where the workload forbids root and names nobody; dev images run as root otherwise. */
const anyUser = 1000;

/**
 * Keeps the container alive without doing anything: ends at once on TERM, and collects the children that programs
 * started in the container leave behind, since `wait` of a shell with pid 1 reaps them.
 */
const idleCommand = ['sh', '-c', 'trap "exit 0" TERM INT; while :; do sleep 3600 & wait $!; done'];

/**
 * The workload in dev mode, with the record that `restore` needs already on it. Throws a `UserError` `devmode.*` when
 * the workload cannot be put into dev mode as asked.
 */
export function enter(
  ref: ObjectRef,
  workload: KubeObject,
  spec: DevSpec,
): { object: KubeObject; record: DevModeRecord } {
  const kind = developableKind(ref);
  refuseUnfit(ref, kind, workload, spec);
  const draft = new Draft(workload);
  draft.ensure(['metadata', 'annotations'], {});
  draft.set(kind.replicasPath, 1);
  labelTemplate(draft, kind.templatePath, spec.session);
  const pod = [...kind.templatePath, 'spec'];
  swapContainer(draft, pod, spec);
  addWorkspace(draft, pod, spec);
  addSidecar(draft, pod, spec);
  const { session, developer, since, container, workDir, podloop } = spec;
  const owners = ownersOf(workload);
  const record: DevModeRecord = {
    ...{ version: 1, session, developer, since, container, workDir, podloop, edits: draft.edits },
    ...(owners.length === 0 ? {} : { owners }),
  };
  return { object: withRecord(ref, draft.document, record), record };
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

function labelTemplate(draft: Draft<KubeObject>, template: readonly string[], session: string): void {
  draft.ensure([...template, 'metadata'], {});
  draft.ensure([...template, 'metadata', 'labels'], {});
  draft.set([...template, 'metadata', 'labels', sessionLabel], session);
}

function swapContainer(draft: Draft<KubeObject>, pod: readonly string[], spec: DevSpec): void {
  const container: readonly PathStep[] = [...pod, 'containers', named(spec.container)];
  draft.set([...container, 'image'], spec.image);
  draft.set([...container, 'imagePullPolicy'], 'IfNotPresent');
  draft.set([...container, 'command'], idleCommand);
  draft.set([...container, 'workingDir'], spec.workDir);
  // They speak of the original program: nothing may answer probes while its replacement stands at a breakpoint.
  for (const key of ['args', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle']) {
    draft.remove([...container, key]);
  }
  const variables = Object.entries(spec.env);
  if (variables.length > 0) draft.ensure([...container, 'env'], []);
  for (const [name, value] of variables) draft.set([...container, 'env', named(name)], { name, value });
  const { user, nonRoot } = effectiveUser(objectAt(draft, pod), objectAt(draft, container));
  if (nonRoot && user === undefined) {
    draft.ensure([...container, 'securityContext'], {});
    draft.set([...container, 'securityContext', 'runAsUser'], anyUser);
  }
}

function addWorkspace(draft: Draft<KubeObject>, pod: readonly string[], spec: DevSpec): void {
  draft.ensure([...pod, 'volumes'], []);
  const volume = { name: workspaceVolume, emptyDir: {} };
  draft.set([...pod, 'volumes', named(workspaceVolume)], volume, { name: workspaceVolume });
  const mounts: readonly PathStep[] = [...pod, 'containers', named(spec.container), 'volumeMounts'];
  draft.ensure(mounts, []);
  const taken = objectsField(draft.read(mounts)).flatMap(({ mountPath }) =>
    typeof mountPath === 'string' && plainPath(mountPath) === spec.workDir ? [mountPath] : [],
  );
  for (const mountPath of taken.slice(0, -1)) draft.remove([...mounts, { key: 'mountPath', value: mountPath }]);
  // The list is keyed by the literal path, so a mount that is set aside lends its spelling to ours.
  const mountPath = taken.at(-1) ?? spec.workDir;
  const mount = { name: workspaceVolume, mountPath, subPath: filesFolder };
  draft.set([...mounts, { key: 'mountPath', value: mountPath }], mount, { name: workspaceVolume });
}

function addSidecar(draft: Draft<KubeObject>, pod: readonly string[], spec: DevSpec): void {
  const podSpec = objectAt(draft, pod);
  const sidecar = sidecarOf(podSpec, objectAt(draft, [...pod, 'containers', named(spec.container)]), spec.sidecar);
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
