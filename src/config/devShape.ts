import type { JsonObject } from '../base/json.ts';
import type { RemotePath } from '../base/paths.ts';

/** What becomes of a part of the original container: it stays, it goes, or this takes its place. */
export type Rule = 'keep' | 'remove' | JsonObject;

/** Value of an environment variable; `undefined` takes away one that the workload sets. */
export type EnvValue = string | EnvReference | undefined;

/** A variable whose value the cluster holds. */
export interface EnvReference {
  readonly source: 'secret' | 'configMap';
  readonly name: string;
  readonly key: string;
  readonly optional: boolean;
}

/** All keys of a ConfigMap or Secret as environment variables. */
export interface EnvFrom {
  readonly source: 'secret' | 'configMap';
  readonly name: string;
  /** Put before each key; '' for none. */
  readonly prefix: string;
  readonly optional: boolean;
}

/** Quantities by resource name; `undefined` takes away what the workload sets. */
export type Quantities = Readonly<Record<string, string | undefined>>;

/** Resources that differ from the original container's; what is not named stays. */
export interface Resources {
  readonly requests: Quantities;
  readonly limits: Quantities;
}

/** Something mounted into the dev container, or a mount of the original one that is left out. */
export interface Mount {
  readonly path: RemotePath;
  readonly volume:
    | { readonly kind: 'configMap' | 'secret' | 'claim'; readonly name: string; readonly optional: boolean }
    | { readonly kind: 'empty'; readonly memory: boolean; readonly sizeLimit: string | undefined }
    | { readonly kind: 'none' };
  /** Path inside the volume; '' for all of it. */
  readonly subPath: string;
  readonly readOnly: boolean;
}

/** What becomes of one init container: it runs, it is left out, or it runs with these fields instead of its own. */
export type InitRule = 'keep' | 'skip' | JsonObject;

/** How the pod looks in dev mode, beyond image, working directory and synced files; needed at the start only. */
export interface DevShape {
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** Names of Secrets, besides the workload's own. */
  readonly imagePullSecrets: readonly string[];
  /** Added to the container's own variables, or in place of those of the same name. */
  readonly env: Readonly<Record<string, EnvValue>>;
  /** Added behind the container's own. */
  readonly envFrom: readonly EnvFrom[];
  readonly probes: { readonly liveness: Rule; readonly readiness: Rule; readonly startup: Rule };
  readonly lifecycle: { readonly postStart: Rule; readonly preStop: Rule };
  /** Fields that differ from the container's own; `remove` takes all of its own away. */
  readonly securityContext: Rule;
  readonly resources: Resources | 'remove';
  /** Resources of the sync sidecar that differ from the usual. */
  readonly sidecarResources: Resources;
  readonly mounts: readonly Mount[];
  /** Added behind the pod's own, as Kubernetes writes them. */
  readonly tolerations: readonly JsonObject[];
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly initContainers: {
    /** Rule for those that are not named; those that run beside the program (native sidecars) always stay. */
    readonly others: 'keep' | 'skip';
    readonly named: Readonly<Record<string, InitRule>>;
  };
}

const noResources: Resources = { requests: {}, limits: {} };

/** The pod as it looks where nobody has decided anything. */
export const defaultShape: DevShape = {
  imagePullPolicy: 'IfNotPresent',
  imagePullSecrets: [],
  env: {},
  envFrom: [],
  // They speak of the original program: nothing may answer probes while its replacement stands at a breakpoint.
  probes: { liveness: 'remove', readiness: 'remove', startup: 'remove' },
  lifecycle: { postStart: 'remove', preStop: 'remove' },
  securityContext: 'keep',
  resources: noResources,
  sidecarResources: noResources,
  mounts: [],
  tolerations: [],
  nodeSelector: {},
  initContainers: { others: 'keep', named: {} },
};
