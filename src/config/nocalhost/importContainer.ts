import type { Json, JsonObject } from '../../base/json.ts';
import { refusals } from '../configProblem.ts';
import { type ConfigEntry, type ConfigField, entrySchema } from '../configSchema.ts';
import { languages } from '../devConfig.ts';
import { parseEnvFile } from '../envFile.ts';
import type { FieldReader } from './fieldReader.ts';
import { translatePatterns } from './syncPatterns.ts';

/** Files that a config names, by their path as written; `undefined` for one that does not exist. */
export type NamedFiles = ReadonlyMap<string, string | undefined>;

/** What the importing of one container goes on with. */
export interface ImportContext {
  readonly files: NamedFiles;
  readonly notes: string[];
  /** Paths of files that are named but not among those given. */
  readonly missing: string[];
}

/** Where the old tool put the files unless the config said otherwise. */
const oldWorkDir = '/home/nocalhost-dev';

/** The settings of `dev`, as far as they have a counterpart; the others are noted. */
export function importDev(dev: FieldReader, context: ImportContext): ConfigEntry {
  const command = dev.object('command');
  const debug = dev.object('debug');
  const written: readonly (readonly [field: ConfigField, path: string, value: Json | undefined])[] = [
    ['image', dev.pathOf('image'), given(dev, 'image')],
    ['imagePullPolicy', dev.pathOf('imagePullPolicy'), given(dev, 'imagePullPolicy')],
    ['shell', dev.pathOf('shell'), given(dev, 'shell')],
    ['workDir', dev.pathOf('workDir'), given(dev, 'workDir') ?? oldWorkDir],
    ['resources', dev.pathOf('resources'), dev.take('resources')],
    ['run', `${dev.path}.command.run`, command && commandLine(command, 'run')],
    ['debug', `${dev.path}.command.debug`, command && commandLine(command, 'debug')],
    ['debugPort', `${dev.path}.debug.remoteDebugPort`, debug && given(debug, 'remoteDebugPort')],
    ['language', `${dev.path}.debug.language`, debug && language(debug)],
    ['restartOnSync', dev.pathOf('hotReload'), dev.take('hotReload')],
    ['ports', dev.pathOf('portForward'), dev.take('portForward')],
    ['env', dev.pathOf('env'), variables(dev, context)],
    ['ignore', dev.pathOf('sync'), syncPatterns(dev, context)],
  ];
  noteUnused(dev, command);
  for (const reader of [command, debug, dev]) reader?.end();
  return Object.fromEntries(
    written.flatMap(([field, path, value]) => {
      if (value === undefined) return [];
      const { data, error } = entrySchema.shape[field].safeParse(value);
      if (error === undefined) return [[field, data]];
      context.notes.push(...error.issues.flatMap((issue) => refusals(issue, path, path)).map(({ message }) => message));
      return [];
    }),
  );
}

/** The value of a field; what is empty was as good as absent. */
function given(reader: FieldReader, name: string): Json | undefined {
  const value = reader.take(name);
  return value === '' || value === 0 ? undefined : value;
}

/** What has no counterpart, and what to do instead. */
function noteUnused(dev: FieldReader, command: FieldReader | undefined): void {
  dev.unused('gitUrl', 'Podloop clones nothing; open the folder with the source instead');
  dev.unused('storageClass', 'there are no persistent folders');
  dev.unused('devContainerName', 'the container keeps its name');
  dev.unused('persistentVolumeDirs', 'there are no persistent folders');
  dev.unused('useDevContainer', 'it never had a meaning');
  dev.unused('sidecarImage', 'the sidecar is another one; see the setting podloop.sidecar.image');
  dev.unused('patches', 'use resources, securityContext, mounts and the other settings of the dev pod');
  command?.unused('build', 'put it before the command of run: build && start');
  command?.unused('hotReloadRun', 'Run uses command.run, and restarts it where hotReload is set');
  command?.unused('hotReloadDebug', 'Debug uses command.debug');
}

/** A command is a list of words that were joined; `$(NAME)` was another spelling of `${NAME}`. */
function commandLine(command: FieldReader, name: string): string | undefined {
  const words = command.list(name).map((word) => (typeof word === 'string' ? word : JSON.stringify(word)));
  const line = words.join(' ').replace(/\$\(([A-Z_][A-Z0-9_]*)\)/g, '${$1}');
  return line.trim() === '' ? undefined : line;
}

function language(debug: FieldReader): Json | undefined {
  const value = debug.take('language');
  if (value === undefined || languages.some((known) => known === value)) return value;
  if (value !== '') debug.note('language', `is not used: Podloop has no debugger for ${JSON.stringify(value)} yet`);
  return undefined;
}

function variables(dev: FieldReader, { files, missing, notes }: ImportContext): JsonObject | undefined {
  const fromFiles = (dev.object('envFrom')?.objects('envFile') ?? []).flatMap((entry) => {
    const path = entry.take('path');
    if (typeof path !== 'string') return [];
    if (!files.has(path)) missing.push(path);
    const text = files.get(path);
    if (text === undefined && files.has(path)) notes.push(`${entry.pathOf('path')}: there is no file ${path}.`);
    return Object.entries(parseEnvFile(text ?? ''));
  });
  const own = dev.objects('env').flatMap((entry): [string, Json][] => {
    const [name, value = ''] = [entry.take('name'), entry.take('value')];
    entry.end();
    if (typeof name === 'string' && name !== '') return [[name, value]];
    entry.note('name', 'must be the name of an environment variable');
    return [];
  });
  const all = Object.fromEntries<Json>([...fromFiles, ...own]);
  return Object.keys(all).length === 0 ? undefined : all;
}

function syncPatterns(dev: FieldReader, { notes }: ImportContext): Json | undefined {
  const sync = dev.object('sync');
  if (sync === undefined) return undefined;
  const type = sync.take('type');
  if (type === 'sendReceive') sync.note('type', 'is not used: the pod follows the folder');
  else if (![undefined, '', 'send', 'sendonly'].includes(type as string | undefined)) {
    sync.note('type', `is not used: ${JSON.stringify(type)} meant one way, as the pod follows the folder`);
  }
  sync.unused('deleteProtection', 'nothing is deleted in the folder because of the pod');
  const texts = (name: string): string[] => sync.list(name).filter((value) => typeof value === 'string');
  const [included, ignored] = [texts('filePattern'), texts('ignoreFilePattern')];
  const mode = sync.take('mode');
  sync.end();
  if (mode === 'gitIgnore') return undefined;
  const { ignore, notes: said } = translatePatterns(included, ignored);
  notes.push(...said.map((note) => `${sync.path}.${note}`));
  return ignore.length === 0 ? undefined : ignore;
}
