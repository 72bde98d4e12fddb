import type { JsonObject } from '../../base/json.ts';
import { UserError } from '../../base/errors.ts';
import { numberField, objectField, objectsField, textField } from '../../cluster/core/fields.ts';
import { describeRef, type KubeObject, types } from '../../cluster/core/objects.ts';
import { readWorkload, type TemplateContainer, templateOf } from '../../cluster/core/workloads.ts';
import type { DevSpec } from './devSpec.ts';
import { type DevelopableKind, type WorkloadRef } from './developableKinds.ts';
import { sidecarContainer, workspaceVolume } from './podObjects.ts';
import { isWindows, plainPath } from './podTemplate.ts';
import type { DevModeRecord } from './record.ts';

/** Throws a `UserError` `devmode.*` that says why the workload cannot be put into dev mode as asked, if it cannot. */
export function refuseUnfit(ref: WorkloadRef, kind: DevelopableKind, workload: KubeObject, spec: DevSpec): void {
  const name = describeRef(ref);
  const podSpec = objectField(templateOf(kind, workload).spec);
  const { containers } = readWorkload(kind, workload);
  const reason =
    ownedError(name, kind, workload) ??
    pausedError(name, workload) ??
    stagedError(name, kind, workload) ??
    leftoverError(ref, podSpec, containers) ??
    containerError(name, containers, spec.container) ??
    windowsError(name, podSpec) ??
    workDirError(spec.workDir) ??
    mountError(spec) ??
    portError(name, containers, spec.sidecar.port);
  if (reason !== undefined) throw reason;
}

/** The workload is in dev mode already, by somebody else or in another session of one's own. */
export function takenError(ref: WorkloadRef, record: DevModeRecord, installation: string): UserError {
  const mine = record.developer.installation === installation;
  const who = mine ? 'you' : `${record.developer.user} on ${record.developer.host}`;
  return new UserError({
    code: mine ? 'devmode.already-mine' : 'devmode.taken',
    message: `${describeRef(ref)} has been in dev mode since ${record.since}, started by ${who}.`,
    next: mine
      ? 'Go on with that session, or end it before you start a new one.'
      : 'Agree with them before you end it: their pod goes away, and with it what runs in it.',
    remedies: [{ kind: 'endDevMode' }],
  });
}

/** There is no such workload, or it is being deleted. */
export function goneError(ref: WorkloadRef): UserError {
  return new UserError({
    code: 'devmode.gone',
    message: `${describeRef(ref)} does not exist any more.`,
    next: 'Deploy it again, or choose another workload.',
  });
}

/** Whose controller sees another template than its own makes another one in its place. */
function ownedError(name: string, { type }: DevelopableKind, { metadata }: KubeObject): UserError | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (type.kind !== types.replicaSet.kind || owner === undefined) return undefined;
  const makes = `${textField(owner.kind) ?? ''} ${textField(owner.name) ?? ''}`;
  return new UserError({
    code: 'devmode.owned',
    message: `${name} belongs to ${makes}, which would make another one as soon as it is changed.`,
    next: `Develop ${makes} instead.`,
  });
}

/** A rollout of a paused workload never happens, in either direction. */
export function pausedError(name: string, workload: KubeObject): UserError | undefined {
  if (objectField(workload.spec).paused !== true) return undefined;
  return new UserError({
    code: 'devmode.paused',
    message: `${name} is paused, so no change of it reaches its pods.`,
    next: 'Resume it with "kubectl rollout resume", then start again.',
  });
}

/** Half-way between two templates there is no one state to go back to. */
function stagedError(name: string, { restoredLast }: DevelopableKind, { status }: KubeObject): UserError | undefined {
  const { replicas, updatedReplicas } = objectField(status);
  if (restoredLast.length === 0 || numberField(updatedReplicas, 0) >= numberField(replicas, 0)) return undefined;
  return new UserError({
    code: 'devmode.staged',
    message: `${name} is in the middle of a staged rollout.`,
    next: 'Promote or abort it, then start again.',
    remedies: [{ kind: 'retry' }],
  });
}

function leftoverError(
  ref: WorkloadRef,
  podSpec: JsonObject,
  containers: readonly TemplateContainer[],
): UserError | undefined {
  const left =
    containers.some(({ name }) => name === sidecarContainer) ||
    objectsField(podSpec.volumes).some(({ name }) => name === workspaceVolume);
  if (!left) return undefined;
  const place = ref.namespace === undefined ? '' : ` -n ${ref.namespace}`;
  const command = `kubectl rollout undo${place} ${ref.type.plural.replace(/s$/, '')}/${ref.name}`;
  return new UserError({
    code: 'devmode.leftover',
    message: `${describeRef(ref)} carries parts of dev mode but no record of how it was: somebody removed the annotation.`,
    next: `Deploy it again or run "${command}", then start again.`,
    remedies: [{ kind: 'copyText', label: 'Copy Command', text: command }],
  });
}

function containerError(
  name: string,
  containers: readonly TemplateContainer[],
  container: string,
): UserError | undefined {
  const names = containers.filter(({ init }) => !init).map((one) => one.name);
  if (names.includes(container)) return undefined;
  return new UserError({
    code: 'devmode.no-container',
    message: `${name} has no container ${container}; it has ${names.join(', ')}.`,
    next: 'Choose one of these, and correct the container in .podloop/config.yaml if it is named there.',
  });
}

function windowsError(name: string, podSpec: JsonObject): UserError | undefined {
  if (!isWindows(podSpec)) return undefined;
  return new UserError({ code: 'devmode.windows', message: `${name} runs on Windows nodes; dev mode needs Linux.` });
}

/** Folders without which no program starts; a mount over one of them would hide the dev image's own. */
const systemFolders = ['/', '/bin', '/dev', '/etc', '/lib', '/lib64', '/proc', '/run', '/sbin', '/sys', '/usr', '/var'];

function workDirError(workDir: string): UserError | undefined {
  const parts = workDir.split('/').slice(1);
  const odd = parts.some((part) => part === '.' || part === '..' || part === '') || /[:\0]/.test(workDir);
  const below = ['/dev/', '/proc/', '/sys/'].some((folder) => workDir.startsWith(folder));
  if (workDir.startsWith('/') && !below && !systemFolders.includes(plainPath(workDir)) && !odd) return undefined;
  return new UserError({
    code: 'devmode.work-dir',
    message: `The working directory ${workDir} cannot take the synced files.`,
    next: 'Set workDir in .podloop/config.yaml to a folder of its own, for example /app.',
  });
}

function mountError({ workDir, shape }: DevSpec): UserError | undefined {
  if (!shape.mounts.some(({ path, volume }) => path === workDir && volume.kind !== 'none')) return undefined;
  return new UserError({
    code: 'devmode.mount-clash',
    message: `The config mounts a volume at ${workDir}, where the synced files are.`,
    next: 'Take it out of mounts in .podloop/config.yaml, or set workDir to another folder.',
  });
}

function portError(name: string, containers: readonly TemplateContainer[], port: number): UserError | undefined {
  if (!containers.some(({ ports }) => ports.some(({ number }) => number === port))) return undefined;
  return new UserError({
    code: 'devmode.port-clash',
    message: `${name} itself uses port ${port}, which the sync sidecar was to listen on.`,
    next: 'Start again: each session takes another port.',
    remedies: [{ kind: 'retry' }],
  });
}
