import type { Json, JsonObject } from '../base/json.ts';
import type { PortMapping } from './devConfig.ts';
import type { ConfigEntry, ConfigField } from './configSchema.ts';
import type { EnvFrom, EnvValue, Mount, Resources } from './devShape.ts';

/** How fields are written whose written form is not their value. */
const writers: { readonly [K in ConfigField]?: (value: NonNullable<ConfigEntry[K]>) => Json } = {
  shell: (shell) => (shell.some((part) => /\s|^$/.test(part)) ? shell : shell.join(' ')),
  ports: (ports) => ports.map(writePort),
  env: (env) => Object.fromEntries(Object.entries(env).map(([name, value]) => [name, writeVariable(value)])),
  envFrom: (sources) => sources.map(writeSource),
  resources: (resources) => (typeof resources === 'string' ? resources : writeResources(resources)),
  mounts: (mounts) => mounts.map(writeMount),
  sidecar: ({ resources }) => (resources === undefined ? {} : { resources: writeResources(resources) }),
};

/** An entry as it is written in the file; reading it back gives the same entry. */
export function writeEntry(entry: ConfigEntry): JsonObject {
  return Object.fromEntries(
    Object.entries(entry).flatMap(([name, value]) => {
      if (value === undefined) return [];
      // Keys of an entry are its selectors, which are texts, and its fields.
      const writer = writers[name as ConfigField] as ((value: unknown) => Json) | undefined;
      return [[name, writer === undefined ? plain(value) : writer(value)]];
    }),
  );
}

/** What has no writer is JSON but for absent values. */
function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function writePort({ remote, local }: PortMapping): Json {
  return local === remote ? remote : `${local === 0 ? '' : local}:${remote}`;
}

function writeVariable(value: EnvValue): Json {
  if (value === undefined) return null;
  if (typeof value === 'string') return value;
  const { source, name, key, optional } = value;
  return { [source]: name, key, ...(optional ? { optional } : {}) };
}

function writeSource({ source, name, prefix, optional }: EnvFrom): Json {
  return { [source]: name, ...(prefix === '' ? {} : { prefix }), ...(optional ? { optional } : {}) };
}

function writeResources({ requests, limits }: Resources): Json {
  const write = (name: string, quantities: Resources['limits']): JsonObject =>
    Object.keys(quantities).length === 0
      ? {}
      : { [name]: Object.fromEntries(Object.entries(quantities).map(([key, value]) => [key, value ?? null])) };
  return { ...write('requests', requests), ...write('limits', limits) };
}

function writeMount({ path, volume, subPath, readOnly }: Mount): Json {
  return {
    path,
    ...writeVolume(volume),
    ...(subPath === '' ? {} : { subPath }),
    ...(readOnly ? { readOnly } : {}),
  };
}

function writeVolume(volume: Mount['volume']): JsonObject {
  switch (volume.kind) {
    case 'none':
      return { remove: true };
    case 'empty': {
      const { memory, sizeLimit } = volume;
      return {
        emptyDir: { ...(memory ? { medium: 'Memory' } : {}), ...(sizeLimit === undefined ? {} : { sizeLimit }) },
      };
    }
    case 'configMap':
    case 'secret':
    case 'claim':
      return { [volume.kind]: volume.name, ...(volume.optional ? { optional: true } : {}) };
  }
}
