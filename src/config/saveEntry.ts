import { isMap, isSeq, parseDocument, YAMLSeq, type YAMLMap } from 'yaml';
import type { ConfigEntry } from './configSchema.ts';
import { writeEntry } from './writeEntry.ts';

/**
 * The text of a valid config file with an entry added, comments kept. Where there is an entry for the same workload and
 * container already, it only gets the settings that it does not have.
 */
export function withEntry(text: string, entry: ConfigEntry): string {
  const document = parseDocument(text);
  const written = writeEntry(entry);
  const containers = document.get('containers', true);
  const list = isSeq(containers) ? containers : new YAMLSeq();
  if (isMap(containers)) list.add(containers);
  const existing = list.items.filter(isMap).find((map) => isFor(map, entry));
  if (existing === undefined) list.add(document.createNode(written));
  else for (const [key, value] of Object.entries(written)) if (!existing.has(key)) existing.set(key, value);
  document.set('containers', list);
  return document.toString({ lineWidth: 0 });
}

function isFor(map: YAMLMap, { workload, container }: ConfigEntry): boolean {
  const own = map.get('container');
  return map.get('workload') === workload && (own === undefined || own === container);
}
