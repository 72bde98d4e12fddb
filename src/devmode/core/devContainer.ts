import type { Json, JsonObject } from '../../base/json.ts';
import type { DevShape, EnvFrom, EnvReference, Quantities, Rule } from '../../config/devShape.ts';
import { objectField, objectsField } from '../../cluster/core/fields.ts';
import type { KubeObject } from '../../cluster/core/objects.ts';
import type { DevSpec } from './devSpec.ts';
import type { Draft } from './draft.ts';
import { effectiveUser } from './podTemplate.ts';
import type { PathStep } from './record.ts';

/** User of the dev container where the workload forbids root and names nobody; dev images run as root otherwise. */
const anyUser = 1000;

/**
 * Keeps the container alive without doing anything: ends at once on TERM, and collects the children that programs
 * started in the container leave behind, since `wait` of a shell with pid 1 reaps them.
 */
const idleCommand = ['sh', '-c', 'trap "exit 0" TERM INT; while :; do sleep 3600 & wait $!; done'];

type Path = readonly PathStep[];

/** Makes the container at `path` of the pod spec at `pod` the dev container. */
export function swapContainer(draft: Draft<KubeObject>, pod: Path, path: Path, spec: DevSpec): void {
  const { shape } = spec;
  draft.set([...path, 'image'], spec.image);
  draft.set([...path, 'imagePullPolicy'], shape.imagePullPolicy);
  draft.set([...path, 'command'], idleCommand);
  draft.remove([...path, 'args']);
  draft.set([...path, 'workingDir'], spec.workDir);
  applyRule(draft, [...path, 'livenessProbe'], shape.probes.liveness);
  applyRule(draft, [...path, 'readinessProbe'], shape.probes.readiness);
  applyRule(draft, [...path, 'startupProbe'], shape.probes.startup);
  applyLifecycle(draft, [...path, 'lifecycle'], shape.lifecycle);
  setVariables(draft, [...path, 'env'], shape.env);
  addVariableSources(draft, [...path, 'envFrom'], shape.envFrom);
  setResources(draft, [...path, 'resources'], shape.resources);
  setSecurityContext(draft, [...path, 'securityContext'], shape.securityContext);
  const { user, nonRoot } = effectiveUser(objectField(draft.read(pod)), objectField(draft.read(path)));
  if (nonRoot && user === undefined) {
    draft.ensure([...path, 'securityContext'], {});
    draft.set([...path, 'securityContext', 'runAsUser'], anyUser);
  }
}

function applyRule(draft: Draft<KubeObject>, path: Path, rule: Rule): void {
  if (rule === 'remove') draft.remove(path);
  else if (rule !== 'keep') draft.set(path, rule);
}

function applyLifecycle(draft: Draft<KubeObject>, path: Path, { postStart, preStop }: DevShape['lifecycle']): void {
  if (postStart === 'remove' && preStop === 'remove') {
    draft.remove(path);
    return;
  }
  if (typeof postStart === 'object' || typeof preStop === 'object') draft.ensure(path, {});
  applyRule(draft, [...path, 'postStart'], postStart);
  applyRule(draft, [...path, 'preStop'], preStop);
}

function setVariables(draft: Draft<KubeObject>, path: Path, env: DevShape['env']): void {
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    draft.ensure(path, []);
    const variable = typeof value === 'string' ? { name, value } : { name, valueFrom: keyReference(value) };
    draft.set([...path, { key: 'name', value: name }], variable);
  }
  const unset = Object.keys(env).filter((name) => env[name] === undefined);
  const own = objectsField(draft.read(path));
  const left = own.filter(({ name }) => typeof name !== 'string' || !unset.includes(name));
  if (left.length === own.length) return;
  // A place among namesakes cannot be told.
  if (new Set(own.map(({ name }) => name)).size < own.length) draft.set(path, left);
  else for (const name of unset) draft.remove([...path, { key: 'name', value: name }]);
}

function keyReference({ source, name, key, optional }: EnvReference): JsonObject {
  return {
    [source === 'secret' ? 'secretKeyRef' : 'configMapKeyRef']: { name, key, ...(optional ? { optional } : {}) },
  };
}

function addVariableSources(draft: Draft<KubeObject>, path: Path, sources: readonly EnvFrom[]): void {
  if (sources.length === 0) return;
  const added = sources.map(({ source, name, prefix, optional }) => ({
    ...(prefix === '' ? {} : { prefix }),
    [source === 'secret' ? 'secretRef' : 'configMapRef']: { name, ...(optional ? { optional } : {}) },
  }));
  append(draft, path, added);
}

function setResources(draft: Draft<KubeObject>, path: Path, resources: DevShape['resources']): void {
  if (resources === 'remove') {
    // Not taken away, since the server always writes the field.
    if (draft.read(path) !== undefined) draft.set(path, {});
    return;
  }
  if (Object.keys({ ...resources.limits, ...resources.requests }).length > 0) draft.ensure(path, {});
  setQuantities(draft, [...path, 'limits'], resources.limits);
  setQuantities(draft, [...path, 'requests'], resources.requests);
}

function setQuantities(draft: Draft<KubeObject>, path: Path, quantities: Quantities): void {
  for (const [name, value] of Object.entries(quantities)) {
    if (value === undefined) {
      draft.remove([...path, name]);
    } else {
      draft.ensure(path, {});
      draft.set([...path, name], value);
    }
  }
}

function setSecurityContext(draft: Draft<KubeObject>, path: Path, rule: Rule): void {
  if (rule === 'keep' || rule === 'remove') {
    applyRule(draft, path, rule);
    return;
  }
  draft.ensure(path, {});
  for (const [name, value = null] of Object.entries(rule)) draft.set([...path, name], value);
}

/** Puts elements behind those of a list whose elements have no names. */
export function append(draft: Draft<KubeObject>, path: Path, added: readonly Json[]): void {
  if (added.length > 0) draft.set(path, [...objectsField(draft.read(path)), ...added]);
}
