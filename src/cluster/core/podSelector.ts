import type { JsonObject } from '../../base/json.ts';
import { objectField, objectsField, textsField } from './fields.ts';
import type { KubeObject } from './objects.ts';

/** The label selector of a workload's pods as the API takes it, or `undefined` when the object has none. */
export function podSelector(object: KubeObject): string | undefined {
  const selector = objectField(objectField(object.spec).selector);
  const labels = Object.entries(objectField(selector.matchLabels)).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${key}=${value}`] : [],
  );
  const all = [...labels, ...objectsField(selector.matchExpressions).flatMap(requirement)];
  return all.length === 0 ? undefined : all.join(',');
}

function requirement({ key, operator, values }: JsonObject): readonly string[] {
  if (typeof key !== 'string' || typeof operator !== 'string') return [];
  const set = `(${textsField(values).join(',')})`;
  switch (operator) {
    case 'In':
      return [`${key} in ${set}`];
    case 'NotIn':
      return [`${key} notin ${set}`];
    case 'Exists':
      return [key];
    case 'DoesNotExist':
      return [`!${key}`];
    default:
      return [];
  }
}
