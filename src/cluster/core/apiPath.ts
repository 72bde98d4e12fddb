import type { ResourceType } from './objects.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a path under `/api` or `/apis` points at. Without `name` it is the collection. */
export interface ApiTarget {
  readonly type: ResourceType;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** The path and query of a request; parts that are `undefined` are left out. */
export function apiPath({ type, namespace, name, subresource }: ApiTarget, query: Query = {}): string {
  const parts = type.group === '' ? ['api', type.version] : ['apis', type.group, type.version];
  if (type.namespaced && namespace !== undefined) parts.push('namespaces', namespace);
  parts.push(type.plural);
  if (name !== undefined) parts.push(name);
  if (subresource !== undefined) parts.push(subresource);
  const path = `/${parts.map(encodeURIComponent).join('/')}`;
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(key)}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}
