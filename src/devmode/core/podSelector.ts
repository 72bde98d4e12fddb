import { objectField, textField } from '../../cluster/core/fields.ts';
import type { KubeObject } from '../../cluster/core/objects.ts';

/** Label selector of a workload's pods and replica sets; `undefined` when it selects them by more than labels. */
export function podSelector(workload: KubeObject): string | undefined {
  const { matchLabels, matchExpressions } = objectField(objectField(workload.spec).selector);
  const labels = Object.entries(objectField(matchLabels)).map(([key, value]) => `${key}=${textField(value) ?? ''}`);
  return labels.length === 0 || matchExpressions !== undefined ? undefined : labels.join(',');
}
