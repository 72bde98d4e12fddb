import type { ConfigEntry } from './configSchema.ts';
import { defaultShape, type DevShape } from './devShape.ts';

/** How the dev pod looks: what the entry says, and the default for the rest. */
export function resolveShape(entry: ConfigEntry = {}): DevShape {
  const { initContainers, resources } = entry;
  return {
    imagePullPolicy: entry.imagePullPolicy ?? defaultShape.imagePullPolicy,
    imagePullSecrets: entry.imagePullSecrets ?? defaultShape.imagePullSecrets,
    env: entry.env ?? defaultShape.env,
    envFrom: entry.envFrom ?? defaultShape.envFrom,
    probes: {
      liveness: entry.probes?.liveness ?? defaultShape.probes.liveness,
      readiness: entry.probes?.readiness ?? defaultShape.probes.readiness,
      startup: entry.probes?.startup ?? defaultShape.probes.startup,
    },
    lifecycle: {
      postStart: entry.lifecycle?.postStart ?? defaultShape.lifecycle.postStart,
      preStop: entry.lifecycle?.preStop ?? defaultShape.lifecycle.preStop,
    },
    securityContext: entry.securityContext ?? defaultShape.securityContext,
    resources: resources === undefined || resources === 'keep' ? defaultShape.resources : resources,
    sidecarResources: entry.sidecar?.resources ?? defaultShape.sidecarResources,
    mounts: entry.mounts ?? defaultShape.mounts,
    tolerations: entry.tolerations ?? defaultShape.tolerations,
    nodeSelector: entry.nodeSelector ?? defaultShape.nodeSelector,
    initContainers:
      typeof initContainers === 'object'
        ? { ...defaultShape.initContainers, named: initContainers }
        : { ...defaultShape.initContainers, ...(initContainers === undefined ? {} : { others: initContainers }) },
  };
}
