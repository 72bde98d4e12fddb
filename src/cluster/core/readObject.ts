import { isJsonObject, type Json } from '../../base/json.ts';
import { apiVersionOf, type KubeObject, type ResourceType } from './objects.ts';
import { textField } from './fields.ts';

/**
 * Reads an object that came from the API server; `undefined` when it is none. Items of a list come without `apiVersion`
 * and `kind`: they are filled in.
 */
export function readObject(type: ResourceType, value: Json | undefined): KubeObject | undefined {
  if (!isJsonObject(value) || !isJsonObject(value.metadata)) return undefined;
  const name = textField(value.metadata.name);
  if (name === undefined) return undefined;
  const named = { apiVersion: apiVersionOf(type), kind: type.kind, ...value };
  return { ...named, metadata: { ...value.metadata, name } };
}
