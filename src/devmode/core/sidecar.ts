import type { JsonObject } from '../../base/json.ts';
import { objectField } from '../../cluster/core/fields.ts';
import type { DevSpec } from './devSpec.ts';
import { sidecarContainer, sidecarVolumePath, workspaceVolume } from './podObjects.ts';
import { effectiveUser } from './podTemplate.ts';

/**
 * The sync sidecar for a pod: clean under PodSecurity `restricted` wherever the dev container is, running as the same
 * user, so that each of the two can change what the other wrote. `container` is the dev container as swapped.
 */
export function sidecarOf(podSpec: JsonObject, container: JsonObject, sidecar: DevSpec['sidecar']): JsonObject {
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
    // Limits as well, since a quota or an admission rule may ask for them in every container.
    resources: { requests: { cpu: '10m', memory: '48Mi' }, limits: { cpu: '1', memory: '512Mi' } },
    volumeMounts: [{ name: workspaceVolume, mountPath: sidecarVolumePath }],
    securityContext: securityContextOf(podSpec, container),
  };
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
