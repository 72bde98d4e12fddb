import type { Json } from '../base/json.ts';
import { type ConfigLayer, type Contribution, mergeLayers } from './configLayers.ts';
import { type ConfigEntry, type ConfigField, configFields } from './configSchema.ts';
import type { Detection } from './detectProject.ts';
import type { DevShape } from './devShape.ts';
import { type ContainerFacts, resolveConfig, type ResolvedConfig, usableWorkDir } from './resolveConfig.ts';
import { resolveShape } from './resolveShape.ts';
import { writeEntry } from './writeEntry.ts';

/** Where a value comes from when no source says anything. */
export type FallbackOrigin =
  /** Chosen by the user, now or at the last start. */
  | 'chosen'
  /** Found out from the local folder. */
  | 'detected'
  /** Made of another field of the config. */
  | 'derived'
  /** What the workload itself says. */
  | 'workload'
  | 'default'
  /** Nobody knows it. */
  | 'unknown';

/** One field as it counts. */
export interface EffectiveField {
  readonly field: ConfigField;
  /** As it is written in the config file; `undefined` when there is none. */
  readonly value: Json | undefined;
  readonly origin: Contribution | FallbackOrigin;
  /** Sources that have something to say of it as well; of `env` they add variables, otherwise they do not count. */
  readonly others: readonly Contribution[];
}

/** Everything about one container, with the reasons. */
export interface EffectiveConfig {
  readonly config: ResolvedConfig;
  readonly shape: DevShape;
  /** Whether any source but the user's own settings speaks of the container: then nothing is asked. */
  readonly isShared: boolean;
  readonly fields: readonly EffectiveField[];
}

/** What is known besides the sources. */
export interface ConfigCircumstances {
  readonly detected: Detection;
  readonly facts: ContainerFacts;
  /** The image that the user chose at the last start. */
  readonly rememberedImage: string | undefined;
}

/** Joins the sources, the strongest first, with what was detected and the defaults. */
export function effectiveConfig(
  layers: readonly ConfigLayer[],
  { detected, facts, rememberedImage }: ConfigCircumstances,
): EffectiveConfig {
  const { entry, contributions } = mergeLayers(layers);
  const isShared = layers.some((layer) => layer.entry !== undefined && layer.source.kind !== 'settings');
  const resolved = resolveConfig(entry, detected, facts);
  // Shared config decides as a whole, so that everybody who uses it gets the same.
  const isChosen = !contributions.has('image') && !isShared && rememberedImage !== undefined;
  const config = isChosen ? { ...resolved, image: rememberedImage } : resolved;
  const shape = resolveShape(entry);
  const written = writeEntry(completeEntry(config, shape));
  const fields = configFields.map((field): EffectiveField => {
    const [first, ...others] = contributions.get(field) ?? [];
    const value = written[field];
    const origin = first ?? (field === 'image' && isChosen ? 'chosen' : fallback(field, value, facts));
    return { field, value, origin, others };
  });
  return { config, shape, isShared, fields };
}

function fallback(field: ConfigField, value: Json | undefined, facts: ContainerFacts): FallbackOrigin {
  if (value === undefined) return 'unknown';
  if (field === 'language' || field === 'run') return 'detected';
  if (field === 'debug') return 'derived';
  if (field === 'ports') return 'workload';
  return field === 'workDir' && usableWorkDir(facts.workingDir) !== undefined ? 'workload' : 'default';
}

/** The entry that says everything there is to say. */
function completeEntry(config: ResolvedConfig, shape: DevShape): ConfigEntry {
  const { sidecarResources, initContainers, ...rest } = shape;
  const { named, others } = initContainers;
  return {
    ...config,
    ...rest,
    ports: [...config.ports],
    shell: [...config.shell],
    ignore: [...config.ignore],
    sync: { mode: config.sync.mode, pull: [...config.sync.pull] },
    env: { ...rest.env },
    envFrom: [...rest.envFrom],
    imagePullSecrets: [...rest.imagePullSecrets],
    mounts: [...rest.mounts],
    tolerations: [...rest.tolerations],
    nodeSelector: { ...rest.nodeSelector },
    initContainers: Object.keys(named).length === 0 ? others : { ...named },
    resources: isEmpty(rest.resources) ? 'keep' : rest.resources,
    sidecar: isEmpty(sidecarResources) ? {} : { resources: sidecarResources },
  };
}

function isEmpty(resources: DevShape['resources']): boolean {
  return resources !== 'remove' && Object.keys({ ...resources.requests, ...resources.limits }).length === 0;
}
