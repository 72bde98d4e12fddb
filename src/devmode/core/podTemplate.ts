import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts';

/** A container as a pod template says it; only what dev mode looks at is typed. */
export interface TemplateContainer {
  readonly name: string;
  readonly object: JsonObject;
}

/** The containers of a pod spec, of the given list. Entries without a name cannot come from a server and are left out. */
export function containersOf(podSpec: JsonObject, list: 'containers' | 'initContainers'): readonly TemplateContainer[] {
  return objectsIn(podSpec[list]).flatMap((object) => {
    const { name } = object;
    return typeof name === 'string' ? [{ name, object }] : [];
  });
}

/** The objects in a list; everything else in it, or no list at all, counts as nothing. */
export function objectsIn(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isJsonObject) : [];
}

/** The value as an object; anything else counts as an empty one. */
export function objectOr(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** Ids under which a container's processes run, as far as pod and container say; their images decide the rest. */
export interface EffectiveUser {
  readonly user: number | undefined;
  readonly group: number | undefined;
  /** Whether the kubelet refuses to start the container as root. */
  readonly nonRoot: boolean;
}

/** The container's own security context wins over the pod's, field by field. */
export function effectiveUser(podSpec: JsonObject, container: JsonObject): EffectiveUser {
  const pod = objectOr(podSpec.securityContext);
  const own = objectOr(container.securityContext);
  const pick = (key: string): Json | undefined => own[key] ?? pod[key];
  const number = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : undefined);
  return { user: number(pick('runAsUser')), group: number(pick('runAsGroup')), nonRoot: pick('runAsNonRoot') === true };
}

/** Whether the pod asks for a Windows node or Windows settings. */
export function isWindows(podSpec: JsonObject): boolean {
  const selector = objectOr(podSpec.nodeSelector)['kubernetes.io/os'];
  const inside = objectOr(objectOr(podSpec.securityContext).windowsOptions);
  return objectOr(podSpec.os).name === 'windows' || selector === 'windows' || Object.keys(inside).length > 0;
}

/** All ports that containers of the pod declare. */
export function declaredPorts(podSpec: JsonObject): ReadonlySet<number> {
  const all = [...containersOf(podSpec, 'containers'), ...containersOf(podSpec, 'initContainers')];
  const ports = all.flatMap(({ object }) => objectsIn(object.ports).map((port) => port.containerPort));
  return new Set(ports.filter((port) => typeof port === 'number'));
}

/** A mount path without the trailing slashes that mean nothing. */
export function plainPath(path: string): string {
  return path.replace(/(?<=.)\/+$/, '');
}
