import type { ConfigLayer, ConfigSource } from './configLayers.ts';
import type { ConfigProblem } from './configProblem.ts';
import { parseConfig, type ParsedConfig } from './parseConfig.ts';
import { type ConfigSubject, selectEntry } from './selectEntry.ts';
import type { Variables } from './substituteEnv.ts';

/** The layer of a source that is not there. */
export function absentLayer(source: ConfigSource): ConfigLayer {
  return { source, status: 'absent', entry: undefined, lines: {}, notes: [] };
}

/** What a text of the form of the config file says of a container; what cannot be used becomes notes. */
export function readLayer(
  source: ConfigSource,
  text: string | undefined,
  { subject, variables }: { readonly subject: ConfigSubject; readonly variables: Variables },
): ConfigLayer {
  if (text === undefined) return absentLayer(source);
  const parsed = parseConfig(text, variables);
  if (parsed.kind === 'problems')
    return { ...absentLayer(source), status: 'unusable', notes: parsed.problems.map(noteOf) };
  const { entry, lines, problems } = chosenEntry(parsed, subject);
  return { source, status: 'read', entry, lines, notes: problems.map(noteOf) };
}

/** The entry of a file for a container, with its lines and with what of it cannot be used. */
export function chosenEntry(
  { config: { containers }, places }: ParsedConfig & { readonly kind: 'config' },
  subject: ConfigSubject,
): Pick<ConfigLayer, 'entry' | 'lines'> & { readonly problems: readonly ConfigProblem[] } {
  const entry = selectEntry(containers, subject);
  const place = entry === undefined ? undefined : places[containers.indexOf(entry)];
  return { entry, lines: place?.lines ?? {}, problems: place?.problems ?? [] };
}

function noteOf({ line, message }: ConfigProblem): string {
  return `line ${line}: ${message}`;
}
