import { parseDocument } from 'yaml';
import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts';
import type { ConfigEntry } from '../configSchema.ts';
import { parseEnvFile } from '../envFile.ts';
import { type ConfigSubject, selectEntry } from '../selectEntry.ts';
import { FieldReader } from './fieldReader.ts';
import { importDev, type NamedFiles } from './importContainer.ts';
import { renderTemplate } from './template.ts';

/** Where Nocalhost's config lies, relative to the synced folder. */
export const nocalhostPath = '.nocalhost/config.yaml';

/** What a config of Nocalhost says of one container, in our words. */
export interface ImportedConfig {
  readonly status: 'unusable' | 'read';
  /** `undefined` when it says nothing of the container. */
  readonly entry: ConfigEntry | undefined;
  /** Sentences about what has no counterpart. */
  readonly notes: readonly string[];
  /** Paths of files that it names, relative to its own folder, and that are not among those given. */
  readonly missing: readonly string[];
}

/** What a config is read with. */
export interface NocalhostContext {
  readonly subject: ConfigSubject;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly files: NamedFiles;
}

/**
 * Reads a config of Nocalhost, version 2: an application with its services, one service, or a list of them. Call it
 * again with the `missing` files until there are none.
 */
export function importNocalhost(text: string, { subject, variables, files }: NocalhostContext): ImportedConfig {
  const notes: string[] = [];
  const missing: string[] = [];
  const envFile = /^[^\S\n]+envFile:[^\S\n]*["']?([^"'\s#]+)/m.exec(text)?.[1];
  if (envFile !== undefined && !files.has(envFile)) missing.push(envFile);
  const fromFile = parseEnvFile(files.get(envFile ?? '') ?? '');
  const rendered = renderTemplate(text, { variables: { ...fromFile, ...variables }, files });
  notes.push(...rendered.notes);
  missing.push(...rendered.missing);
  const document = parseDocument(rendered.text, { prettyErrors: true });
  const [error] = document.errors;
  // While files are missing the text may be none yet.
  if (error !== undefined) {
    const said = missing.length > 0 ? [] : [error.message.replace(/\n[\s\S]*/, '')];
    return { status: 'unusable', entry: undefined, missing, notes: said };
  }
  const services = servicesOf(toJson(document), notes);
  const found = selectEntry(services.flatMap(containersOf), subject);
  if (found === undefined) return { status: 'read', entry: undefined, missing, notes };
  const { reader, notes: said, ...selector } = found;
  noteContainer(reader);
  const dev = reader.object('dev');
  reader.end();
  const context = { files, missing, notes: said };
  const entry = dev === undefined ? {} : importDev(dev, context);
  return { status: 'read', entry: { ...selector, ...entry }, missing, notes: [...notes, ...said] };
}

/** Names of the workloads that a config of Nocalhost speaks of; a text that cannot be read speaks of none. */
export function nocalhostWorkloads(text: string): readonly string[] {
  const value = toJson(parseDocument(text));
  return servicesOf(value, []).flatMap(({ reader }) => {
    const name = reader.take('name');
    return typeof name === 'string' && name !== '' ? [name] : [];
  });
}

interface Service {
  readonly reader: FieldReader;
  readonly notes: string[];
}

interface Container extends Partial<ConfigSubject>, Service {}

/** The services of any of the three shapes. */
function servicesOf(value: Json, notes: string[]): readonly Service[] {
  if (isJsonObject(value) && ('application' in value || 'configProperties' in value)) {
    return applicationServices(new FieldReader(value, '', notes), notes);
  }
  const list = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return list.flatMap((one, index) => {
    if (isJsonObject(one)) return [serviceAt(one, Array.isArray(value) ? `[${index}]` : '')];
    notes.push('It must hold an application, a service or a list of services.');
    return [];
  });
}

function applicationServices(top: FieldReader, notes: string[]): readonly Service[] {
  const properties = top.object('configProperties');
  const version = properties?.take('version');
  if (version !== 'v2') {
    notes.push(
      `configProperties.version is ${version === undefined ? 'not set' : JSON.stringify(version)}: it is read as v2, the only version that Podloop knows.`,
    );
  }
  properties?.take('envFile');
  properties?.end();
  const application = top.object('application');
  top.end();
  if (application === undefined) return [];
  // The name says which ConfigMap is meant; it says nothing of a container.
  application.take('name');
  const installed = 'Podloop installs no applications';
  for (const name of installFields) application.unused(name, installed);
  const services = application.list('services').filter(isJsonObject);
  application.end();
  return services.map((service, index) => serviceAt(service, `application.services[${index}]`));
}

const installFields = [
  ...['manifestType', 'resourcePath', 'ignoredPath', 'helmValues', 'helmVals', 'helmVersion', 'env', 'envFrom'],
  ...['onPreInstall', 'onPostInstall', 'onPreUpgrade', 'onPostUpgrade', 'onPreDelete', 'onPostDelete'],
];

function serviceAt(service: JsonObject, path: string): Service {
  const notes: string[] = [];
  return { reader: new FieldReader(service, path, notes), notes };
}

/** Kinds by the name of their type; custom resources are known by their name alone. */
const kinds: Readonly<Record<string, string>> = {
  deployment: 'Deployment',
  statefulset: 'StatefulSet',
  daemonset: 'DaemonSet',
  job: 'Job',
  cronjob: 'CronJob',
  pod: 'Pod',
};

function containersOf({ reader, notes }: Service): readonly Container[] {
  const [name, type] = [reader.take('name'), reader.take('serviceType')];
  reader.unused('priorityClass', 'the pod keeps its priority');
  reader.unused('dependLabelSelector', 'the pod waits for what its own init containers wait for');
  const containers = reader.objects('containers');
  reader.end();
  const kind = typeof type === 'string' ? kinds[type.toLowerCase()] : undefined;
  return containers.map((container) => {
    const own = container.take('name');
    return {
      reader: container,
      notes,
      ...(typeof name === 'string' && name !== '' ? { workload: name } : {}),
      ...(kind === undefined ? {} : { kind }),
      ...(typeof own === 'string' && own !== '' ? { container: own } : {}),
    };
  });
}

function noteContainer(container: FieldReader): void {
  container.unused('hub', 'there is no hub of configs');
  container.unused('install', 'Podloop installs no applications');
}

function toJson(document: ReturnType<typeof parseDocument>): Json {
  try {
    // JSON.stringify drops what is no JSON, such as dates of YAML 1.1.
    return JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 100 }) ?? null)) as Json;
  } catch {
    return null;
  }
}
