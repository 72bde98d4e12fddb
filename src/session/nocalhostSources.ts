import path from 'node:path';
import { isAbortError } from '../base/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { objectField, textField } from '../cluster/core/fields.ts';
import { type KubeObject, types } from '../cluster/core/objects.ts';
import type { ConfigLayer, ConfigSource } from '../config/configLayers.ts';
import { type ImportedConfig, importNocalhost, nocalhostPath } from '../config/nocalhost/importNocalhost.ts';
import type { ConfigSubject } from '../config/selectEntry.ts';
import type { ConfigQuestion } from './configSources.ts';
import { readText } from './projectFolder.ts';

const annotation = 'dev.nocalhost';
const appAnnotations = ['dev.nocalhost/application-name', 'meta.helm.sh/release-name'];
const defaultApp = 'default.application';
/** Files that one config may name; more are no config but a mistake. */
const maxFiles = 50;

/** What `.nocalhost/config.yaml` says of a container; `undefined` when there is no such file. */
export async function nocalhostFile({
  folder,
  subject,
  variables,
}: Pick<ConfigQuestion, 'folder' | 'subject' | 'variables'>): Promise<ConfigLayer | undefined> {
  const text = await readText(path.join(folder, ...nocalhostPath.split('/')));
  if (text === undefined) return undefined;
  const files = new Map<string, string | undefined>();
  for (;;) {
    const imported = importNocalhost(text, { subject, variables, files });
    const missing = imported.missing.slice(0, maxFiles - files.size);
    if (missing.length === 0) return layerOf({ kind: 'file', path: nocalhostPath }, imported);
    for (const name of missing) files.set(name, await readNamed(folder, name));
  }
}

/** What Nocalhost's annotation of a workload says; `undefined` without one. */
export function nocalhostAnnotation(object: KubeObject, subject: ConfigSubject): ConfigLayer | undefined {
  const text = object.metadata.annotations?.[annotation];
  return text === undefined ? undefined : fromCluster({ kind: 'annotation', name: annotation }, text, subject);
}

/** What the ConfigMap of the workload's application says; `undefined` when there is none that may be read. */
export async function nocalhostConfigMap(
  cluster: Cluster,
  object: KubeObject,
  { subject, signal }: Pick<ConfigQuestion, 'subject' | 'signal'>,
): Promise<ConfigLayer | undefined> {
  const { namespace, annotations = {} } = object.metadata;
  const app = appAnnotations.map((key) => annotations[key]).find((value) => value !== undefined) ?? defaultApp;
  const name = `dev.nocalhost.config.${app}`;
  const place = namespace === undefined ? {} : { namespace };
  try {
    const found = await cluster.get({ type: types.configMap, ...place, name }, signal);
    const text = textField(objectField(found?.data).config);
    return text === undefined ? undefined : fromCluster({ kind: 'configMap', name }, text, subject);
  } catch (error) {
    if (isAbortError(error)) throw error;
    // The same happens to the ConfigMap of our own, which says so.
    return undefined;
  }
}

/** What comes from the cluster sees neither variables nor files of this machine. */
function fromCluster(source: ConfigSource, text: string, subject: ConfigSubject): ConfigLayer {
  const imported = importNocalhost(text, { subject, variables: {}, files: new Map() });
  const unread = imported.missing.map(
    (name) => `${name} is not read: what comes from the cluster cannot ask for files.`,
  );
  return layerOf(source, { ...imported, notes: [...imported.notes, ...unread] });
}

function layerOf(source: ConfigSource, { status, entry, notes }: ImportedConfig): ConfigLayer {
  return { source, status, entry, lines: {}, notes };
}

/** A file that a config of the folder names, relative to the config; nothing outside of the folder is read. */
async function readNamed(folder: string, name: string): Promise<string | undefined> {
  const file = path.resolve(folder, path.dirname(nocalhostPath), name);
  const inside = path.relative(folder, file);
  return inside.startsWith('..') || path.isAbsolute(inside) ? undefined : readText(file);
}
