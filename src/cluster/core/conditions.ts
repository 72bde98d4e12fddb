import type { Json } from '../../base/json.ts';
import { objectsField, textField } from './fields.ts';

/** One entry of an object's `status.conditions`. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

/** Reads `status.conditions`; a status that is neither `True` nor `False` reads as `Unknown`. */
export function readConditions(conditions: Json | undefined): readonly Condition[] {
  return objectsField(conditions).map(({ type, status, reason, message }) => ({
    type: textField(type) ?? '',
    status: status === 'True' || status === 'False' ? status : 'Unknown',
    reason: textField(reason),
    message: textField(message),
  }));
}
