import { type ConfigEntry, type ConfigField, configFields } from './configSchema.ts';

/** Something that can say how a container is developed. */
export type ConfigSource =
  /** `path` is relative to the synced folder. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'annotation'; readonly name: string }
  | { readonly kind: 'configMap'; readonly name: string }
  | { readonly kind: 'settings'; readonly name: string };

/** What one source says of a container. */
export interface ConfigLayer {
  readonly source: ConfigSource;
  /** `absent`: there is no such thing, or nobody may read it. `unusable`: it cannot be understood as a whole. */
  readonly status: 'absent' | 'unusable' | 'read';
  /** `undefined` where it says nothing of this container. */
  readonly entry: ConfigEntry | undefined;
  /** Lines of the fields, from 1, where the source is a text. */
  readonly lines: Readonly<Record<string, number>>;
  /** Sentences about what it says and cannot be used. */
  readonly notes: readonly string[];
}

/** A source that has something to say of one field. */
export interface Contribution {
  readonly source: ConfigSource;
  readonly line: number | undefined;
}

/** Several sources as one. */
export interface MergedConfig {
  /** `undefined` where no source says anything of this container. */
  readonly entry: ConfigEntry | undefined;
  /** Who says something of a field, the one that counts first. */
  readonly contributions: ReadonlyMap<ConfigField, readonly [Contribution, ...Contribution[]]>;
}

/**
 * Joins sources, the strongest first: each field is taken whole from the strongest source that has it, but for the
 * variables of `env`, which are taken one by one.
 */
export function mergeLayers(layers: readonly ConfigLayer[]): MergedConfig {
  const speaking = layers.flatMap(({ entry, ...layer }) => (entry === undefined ? [] : [{ ...layer, entry }]));
  const contributions = new Map<ConfigField, [Contribution, ...Contribution[]]>();
  for (const field of configFields) {
    const [first, ...others] = speaking
      .filter(({ entry }) => entry[field] !== undefined)
      .map(({ source, lines }) => ({ source, line: lines[field] }));
    if (first !== undefined) contributions.set(field, [first, ...others]);
  }
  if (speaking.length === 0) return { entry: undefined, contributions };
  const weakestFirst = speaking.map(({ entry }) => withoutAbsent(entry)).toReversed();
  const variables = weakestFirst.flatMap(({ env }) => Object.entries(env ?? {}));
  const entry = weakestFirst.reduce<ConfigEntry>((weaker, stronger) => ({ ...weaker, ...stronger }), {});
  return { entry: variables.length === 0 ? entry : { ...entry, env: Object.fromEntries(variables) }, contributions };
}

function withoutAbsent(entry: ConfigEntry): ConfigEntry {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}
