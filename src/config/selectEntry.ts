import type { ConfigEntry } from './configSchema.ts';

/** The container that a config is asked for. */
export interface ConfigSubject {
  /** Kind of the workload: `Deployment`. */
  readonly kind: string;
  readonly workload: string;
  readonly container: string;
}

/**
 * The entry for a container: of those that fit the most specific one, the first of equals; workload counts before
 * container, and container before kind.
 */
export function selectEntry<T extends Pick<ConfigEntry, keyof ConfigSubject>>(
  entries: readonly T[],
  { kind, workload, container }: ConfigSubject,
): T | undefined {
  const rank = (entry: T): number =>
    (entry.workload === undefined ? 0 : 4) +
    (entry.container === undefined ? 0 : 2) +
    (entry.kind === undefined ? 0 : 1);
  return entries
    .filter(
      (entry) =>
        (entry.workload ?? workload) === workload &&
        (entry.container ?? container) === container &&
        (entry.kind ?? kind).toLowerCase() === kind.toLowerCase(),
    )
    .reduce<T | undefined>((best, entry) => (best === undefined || rank(entry) > rank(best) ? entry : best), undefined);
}
