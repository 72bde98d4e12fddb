import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../base/json.ts';
import { configSchema } from './configSchema.ts';

/** JSON Schema (draft 7, which editors know best) of the file as people write it, for editors. */
export function configJsonSchema(): Json {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
  });
  // A JSON Schema is JSON; the round trip proves it.
  return { ...objectOf(withVariables(JSON.parse(JSON.stringify(schema)) as Json)), title: 'Podloop' };
}

/** A text with `${env:NAME}` in it may stand for whatever its value is. */
const variable: Json = { type: 'string', pattern: '\\$\\{env:' };

function withVariables(schema: Json): Json {
  if (Array.isArray(schema)) return (schema as readonly Json[]).map(withVariables);
  if (!isJsonObject(schema)) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, key === 'propertyNames' ? value : withVariables(value ?? null)]),
  );
  if (!isNarrow(schema)) return inner;
  const { description, ...rest } = inner;
  return { ...(description === undefined ? {} : { description }), anyOf: [rest, variable] };
}

/** Whether the schema is of one kind of value that a text with a variable in it is not. */
function isNarrow({ type, enum: values, pattern, const: fixed }: JsonObject): boolean {
  if (fixed !== undefined) return false;
  if (type === 'integer' || type === 'number' || type === 'boolean') return true;
  return type === 'string' && (values !== undefined || pattern !== undefined);
}

function objectOf(value: Json): JsonObject {
  return isJsonObject(value) ? value : {};
}
