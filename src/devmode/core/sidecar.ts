import type { JsonObject } from '../../base/json.ts';
import type { Quantities, Resources } from '../../config/devShape.ts';
import { objectField } from '../../cluster/core/fields.ts';
import type { DevSpec } from './devSpec.ts';
import { sidecarContainer, sidecarVolumePath, workspaceVolume } from './podObjects.ts';
import { effectiveUser } from './podTemplate.ts';

/**
 * The sync sidecar for a pod: clean under PodSecurity `restricted` wherever the dev container is, running as the same
 * user, so that each of the two can change what the other wrote. `container` is the dev container as swapped.
 */
export function sidecarOf(
  podSpec: JsonObject,
  container: JsonObject,
  { sidecar, shape }: Pick<DevSpec, 'sidecar' | 'shape'>,
): JsonObject {
  return {
    name: sidecarContainer,
    image: sidecar.image,
    imagePullPolicy: 'IfNotPresent',
    ...(sidecar.native ? { restartPolicy: 'Always' } : {}),
    env: [
      { name: 'PODLOOP_PORT', value: String(sidecar.port) },
      { name: 'PODLOOP_TOKEN_SHA256', value: sidecar.tokenHash },
      { name: 'PODLOOP_VOLUME', value: sidecarVolumePath },
    ],
    resources: resourcesOf(shape.sidecarResources),
    volumeMounts: [{ name: workspaceVolume, mountPath: sidecarVolumePath }],
    securityContext: securityContextOf(podSpec, container),
  };
}

/** Limits as well, since a quota or an admission rule may ask for them in every container. */
const usual = { requests: { cpu: '10m', memory: '48Mi' }, limits: { cpu: '1', memory: '512Mi' } };

function resourcesOf({ requests, limits }: Resources): JsonObject {
  // A limit alone is a request as well, which ours could exceed.
  const implied = Object.fromEntries(Object.keys(limits).map((name) => [name, undefined]));
  return {
    requests: withoutAbsent({ ...usual.requests, ...implied, ...requests }),
    limits: withoutAbsent({ ...usual.limits, ...limits }),
  };
}

function withoutAbsent(quantities: Quantities): JsonObject {
  return Object.fromEntries(Object.entries(quantities).filter(([, value]) => value !== undefined));
}

function securityContextOf(podSpec: JsonObject, container: JsonObject): JsonObject {
  const { user, group } = effectiveUser(podSpec, container);
  const podForbidsRoot = objectField(podSpec.securityContext).runAsNonRoot === true;
  const { seLinuxOptions } = objectField(container.securityContext);
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: true,
    seccompProfile: { type: 'RuntimeDefault' },
    // Where nobody is named both images' own user counts, which is root, or whoever the cluster's policy chooses.
    ...(user === undefined ? {} : { runAsUser: user }),
    ...(group === undefined ? {} : { runAsGroup: group }),
    ...(user !== undefined || podForbidsRoot ? { runAsNonRoot: user !== undefined && user !== 0 } : {}),
    // Containers with different SELinux labels cannot share files.
    ...(seLinuxOptions === undefined ? {} : { seLinuxOptions }),
  };
}
