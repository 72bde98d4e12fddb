import { isAbortError, toError, UserError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { LocalPath } from '../base/paths.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { objectField, textField } from '../cluster/core/fields.ts';
import { type KubeObject, types } from '../cluster/core/objects.ts';
import type { ConfigLayer, ConfigSource } from '../config/configLayers.ts';
import { configPath } from '../config/parseConfig.ts';
import { absentLayer, chosenEntry, readLayer } from '../config/readLayer.ts';
import type { ConfigSubject } from '../config/selectEntry.ts';
import { nocalhostAnnotation, nocalhostConfigMap, nocalhostFile } from './nocalhostSources.ts';
import { configFileOf, invalidConfig, readConfig } from './projectFolder.ts';

/** Annotation of a workload that says how it is developed, in the form of the config file. */
export const configAnnotation = 'podloop.dev/config';
/** ConfigMap of a namespace that says how its workloads are developed. */
export const configMapName = 'podloop-config';
const configMapKey = 'config.yaml';
/** Setting of the user that counts for every container. */
export const defaultsSetting = 'podloop.defaults';

/** What is asked, and of whom. */
export interface ConfigQuestion {
  readonly subject: ConfigSubject;
  readonly folder: LocalPath;
  /** The workload's object. */
  readonly object: KubeObject;
  readonly cluster: Cluster;
  /** Value of the setting `podloop.defaults`. */
  readonly defaults: Json | undefined;
  /** Environment of this machine. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * What every source says of a container, the strongest first. Throws `UserError` `config.invalid` when the file of the
 * folder cannot be used; what is wrong with the other sources stands in their notes, since whoever starts may not be
 * able to correct them.
 */
export async function readConfigLayers(question: ConfigQuestion): Promise<readonly ConfigLayer[]> {
  const { cluster, object, subject } = question;
  const [file, oldFile, configMap, oldConfigMap] = await Promise.all([
    fileLayer(question),
    nocalhostFile(question),
    configMapLayer(question),
    nocalhostConfigMap(cluster, object, question),
  ]);
  const ours = annotationLayer(question);
  const layers = [file, oldFile, ours, nocalhostAnnotation(object, subject), configMap, oldConfigMap];
  return [...layers.filter((layer) => layer !== undefined), settingsLayer(question)];
}

async function fileLayer({ folder, subject, variables }: ConfigQuestion): Promise<ConfigLayer> {
  const source: ConfigSource = { kind: 'file', path: configPath };
  const file = configFileOf(folder);
  const parsed = await readConfig(file, variables);
  if (parsed === undefined) return absentLayer(source);
  const { entry, lines, problems } = chosenEntry(parsed, subject);
  const [first, ...others] = problems;
  if (first !== undefined) throw invalidConfig(file, [first, ...others]);
  return { source, status: 'read', entry, lines, notes: [] };
}

function annotationLayer({ object, subject }: ConfigQuestion): ConfigLayer {
  const text = object.metadata.annotations?.[configAnnotation];
  return readLayer({ kind: 'annotation', name: configAnnotation }, text, { subject, variables: 'refused' });
}

async function configMapLayer({ cluster, object, subject, signal }: ConfigQuestion): Promise<ConfigLayer> {
  const source: ConfigSource = { kind: 'configMap', name: configMapName };
  const { namespace } = object.metadata;
  const place = namespace === undefined ? {} : { namespace };
  try {
    const found = await cluster.get({ type: types.configMap, ...place, name: configMapName }, signal);
    if (found === undefined) return absentLayer(source);
    const text = textField(objectField(found.data)[configMapKey]);
    if (text !== undefined) return readLayer(source, text, { subject, variables: 'refused' });
    return { ...absentLayer(source), status: 'unusable', notes: [`It has no key ${configMapKey}.`] };
  } catch (error) {
    if (isAbortError(error)) throw error;
    // Where nobody may read ConfigMaps nobody can have meant this one for everybody.
    const isForbidden = error instanceof UserError && error.code === 'cluster.forbidden';
    if (isForbidden) return { ...absentLayer(source), notes: ['You have no right to read it.'] };
    throw toError(error);
  }
}

function settingsLayer({ defaults, subject, variables }: ConfigQuestion): ConfigLayer {
  const source: ConfigSource = { kind: 'settings', name: defaultsSetting };
  const isSet = defaults !== undefined && Object.keys(objectField(defaults)).length > 0;
  // JSON is YAML, so a setting is read as the file is.
  const text = isSet ? `version: 1\ncontainers: ${JSON.stringify(defaults)}` : undefined;
  const layer = readLayer(source, text, { subject, variables });
  const notes = layer.notes.map((note) => note.replace(/^line \d+: /, '').replace(/\bcontainers\b/, defaultsSetting));
  return { ...layer, lines: {}, notes };
}
