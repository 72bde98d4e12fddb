import type { Json, JsonObject } from '../../base/json.ts';
import { objectField } from '../../cluster/core/fields.ts';

/** Ids under which a container's processes run, as far as pod and container say; their images decide the rest. */
export interface EffectiveUser {
  readonly user: number | undefined;
  readonly group: number | undefined;
  /** Whether the kubelet refuses to start the container as root. */
  readonly nonRoot: boolean;
}

/** The container's own security context wins over the pod's, field by field. */
export function effectiveUser(podSpec: JsonObject, container: JsonObject): EffectiveUser {
  const pod = objectField(podSpec.securityContext);
  const own = objectField(container.securityContext);
  const pick = (key: string): Json | undefined => own[key] ?? pod[key];
  const number = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : undefined);
  return { user: number(pick('runAsUser')), group: number(pick('runAsGroup')), nonRoot: pick('runAsNonRoot') === true };
}

/** Whether the pod asks for a Windows node or Windows settings. */
export function isWindows(podSpec: JsonObject): boolean {
  const selector = objectField(podSpec.nodeSelector)['kubernetes.io/os'];
  const inside = objectField(objectField(podSpec.securityContext).windowsOptions);
  return objectField(podSpec.os).name === 'windows' || selector === 'windows' || Object.keys(inside).length > 0;
}

/** A mount path without the trailing slashes that mean nothing. */
export function plainPath(path: string): string {
  return path.replace(/(?<=.)\/+$/, '');
}
