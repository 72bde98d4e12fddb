import { stringify } from 'yaml';
import type { ConfigLayer, ConfigSource, Contribution } from '../config/configLayers.ts';
import type { EffectiveConfig, EffectiveField, FallbackOrigin } from '../config/effectiveConfig.ts';
import type { ConfigSubject } from '../config/selectEntry.ts';

const fallbackText: Readonly<Record<FallbackOrigin, string>> = {
  chosen: 'chosen at the last start',
  detected: 'detected in the folder',
  derived: 'made from run',
  workload: 'from the workload',
  default: 'default',
  unknown: 'not known',
};

/** A source in a few words: `ConfigMap podloop-config`. */
export function sourceText(source: ConfigSource): string {
  switch (source.kind) {
    case 'file':
      return source.path;
    case 'annotation':
      return `annotation ${source.name}`;
    case 'configMap':
      return `ConfigMap ${source.name}`;
    case 'settings':
      return `setting ${source.name}`;
  }
}

/** A source that cannot be used. */
export function unusableConfigMessage({ source, notes }: ConfigLayer): string {
  return `The ${sourceText(source)} is not used: ${notes[0] ?? 'it cannot be read.'}`;
}

/** What is to be shown of a container's config. */
export interface EffectiveConfigFacts {
  readonly subject: ConfigSubject & { readonly namespace: string };
  readonly folder: string;
  /** The strongest first, also those that say nothing. */
  readonly layers: readonly ConfigLayer[];
  readonly effective: EffectiveConfig;
}

/** A document that shows every setting, its value and where it comes from; it is a valid config file itself. */
export function effectiveConfigText({ subject, folder, layers, effective }: EffectiveConfigFacts): string {
  const { kind, workload, namespace, container } = subject;
  const notes = layers.flatMap(({ source, notes: said }) => said.map((note) => `${sourceText(source)}: ${note}`));
  return [
    ...comments([
      `What Podloop uses for container ${container} of ${kind} ${workload} in namespace ${namespace},`,
      `with folder ${folder}.`,
      '',
      'Sources, the strongest first; behind them come detection and defaults:',
      ...layers.map((layer, index) => `${index + 1}. ${sourceText(layer.source)}${silent(layer)}`),
      ...(notes.length === 0 ? [] : ['', 'Not used:', ...notes.map((note) => `- ${note}`)]),
    ]),
    'version: 1',
    'containers:',
    `  - workload: ${workload}`,
    `    container: ${container}`,
    ...effective.fields.flatMap((field) => ['', ...fieldLines(field)]),
    '',
  ].join('\n');
}

function silent({ status, entry, notes }: ConfigLayer): string {
  if (entry !== undefined) return '';
  if (status === 'absent' && notes.length === 0) return ' (there is none)';
  return status === 'read' ? ' (says nothing of this container)' : ' (cannot be used)';
}

function fieldLines(effective: EffectiveField): readonly string[] {
  const { field, value } = effective;
  const lines =
    value === undefined
      ? [`# ${field}:`]
      : stringify({ [field]: value }, { lineWidth: 0 })
          .trimEnd()
          .split('\n');
  return [`# ${originText(effective)}`, ...lines].map((line) => `    ${line}`);
}

function originText({ field, origin, others }: EffectiveField): string {
  const where = typeof origin === 'string' ? fallbackText[origin] : contributionText(origin);
  if (others.length === 0) return where;
  return `${where}, ${field === 'env' ? 'with' : 'instead of'} ${others.map(contributionText).join(', ')}`;
}

function contributionText({ source, line }: Contribution): string {
  return line === undefined ? sourceText(source) : `${sourceText(source)}, line ${line}`;
}

function comments(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? '#' : `# ${line}`));
}
