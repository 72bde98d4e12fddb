import type { JsonPatchOperation } from '../cluster/cluster.ts';
import { isJsonObject, jsonEqual, type JsonObject } from '../base/json.ts';
import type { KubeObject } from '../cluster/core/objects.ts';

/**
 * The JSON Patch that turns `before`, as read, into `after`; the server answers it with a conflict if the object has
 * changed since it was read. Lists are replaced as a whole.
 */
export function patchBetween(before: KubeObject, after: KubeObject): JsonPatchOperation[] {
  const { resourceVersion } = before.metadata;
  const changes = differences(before, after, '');
  if (resourceVersion === undefined) throw new Error(`${before.metadata.name} was not read from a server`);
  return [{ op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion }, ...changes];
}

function differences(before: JsonObject, after: JsonObject, at: string): JsonPatchOperation[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key): JsonPatchOperation[] => {
    const [old, value, path] = [before[key], after[key], `${at}/${escapeKey(key)}`];
    if (jsonEqual(old, value)) return [];
    if (value === undefined) return [{ op: 'remove', path }];
    if (isJsonObject(old) && isJsonObject(value)) return differences(old, value, path);
    return [{ op: old === undefined ? 'add' : 'replace', path, value }];
  });
}

function escapeKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
