import { isJsonObject, type Json } from '../../src/base/json.ts';
import type { ListScope } from '../../src/cluster/cluster.ts';
import type { KubeObject } from '../../src/cluster/core/objects.ts';

/** Whether a list with this scope has the object. */
export function matchScope(object: KubeObject, scope: ListScope): boolean {
  const { namespace, labelSelector = '', fieldSelector = '' } = scope;
  if (namespace !== undefined && object.metadata.namespace !== namespace) return false;
  const labels = object.metadata.labels ?? {};
  return (
    requirements(labelSelector).every((one) => meets(one, labels)) &&
    requirements(fieldSelector).every((one) => meets(one, { [keyOf(one)]: field(object, keyOf(one)) }))
  );
}

/** Splits at the commas that are not inside the brackets of a set. */
function requirements(selector: string): readonly string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function meets(requirement: string, values: Readonly<Record<string, string | undefined>>): boolean {
  const set = /^(\S+) (in|notin) \(([^)]*)\)$/.exec(requirement);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const value = values[key];
    const included = value !== undefined && list.split(',').some((one) => one.trim() === value);
    return included === (operator === 'in');
  }
  const [, key = '', operator, wanted] = /^([^!=]+?)\s*(==|!=|=)\s*(.*)$/.exec(requirement) ?? [];
  if (operator === undefined) {
    return requirement.startsWith('!') ? values[requirement.slice(1)] === undefined : values[requirement] !== undefined;
  }
  return (values[key] === wanted) === (operator !== '!=');
}

function keyOf(requirement: string): string {
  return requirement.split(/[!=]/, 1)[0]?.trim() ?? '';
}

function field(object: KubeObject, path: string): string | undefined {
  const value = path
    .split('.')
    .reduce<Json | undefined>((node, key) => (isJsonObject(node) ? node[key] : undefined), object);
  return typeof value === 'string' ? value : value === undefined ? undefined : JSON.stringify(value);
}
