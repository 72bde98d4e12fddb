import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts';

/** The value as an object; anything else, absent included, reads as an empty one. */
export function objectField(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** The objects of an array, in order; anything else reads as an empty list. */
export function objectsField(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isJsonObject) : [];
}

/** The texts of an array, in order; anything else reads as an empty list. */
export function textsField(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter((one) => typeof one === 'string') : [];
}

/** The value as a text that is not empty. */
export function textField(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The value as a number; `absent` when it is none, as the API server leaves zeros out. */
export function numberField(value: Json | undefined, absent: number): number {
  return typeof value === 'number' ? value : absent;
}
