import type { ConfigEntry, ConfigFile } from './configSchema.ts';

/** The entry for a container: of those that fit the most specific one, the first of equals; workload before container. */
export function selectEntry(file: ConfigFile, workload: string, container: string): ConfigEntry | undefined {
  const rank = (entry: ConfigEntry): number =>
    (entry.workload === undefined ? 0 : 2) + (entry.container === undefined ? 0 : 1);
  return file.containers
    .filter((entry) => (entry.workload ?? workload) === workload && (entry.container ?? container) === container)
    .reduce<ConfigEntry | undefined>(
      (best, entry) => (best === undefined || rank(entry) > rank(best) ? entry : best),
      undefined,
    );
}
