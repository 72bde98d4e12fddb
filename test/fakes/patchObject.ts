import { isJsonObject, type Json, jsonEqual, type JsonObject } from '../../src/base/json.ts';
import type { JsonPatchOperation, Patch } from '../../src/cluster/cluster.ts';

/** Applies a patch as the API server does. Throws a plain `Error` when an operation cannot be carried out. */
export function patchObject(object: JsonObject, patch: Patch): JsonObject {
  if (patch.kind === 'merge') return asObject(merge(object, patch.body));
  return asObject(patch.operations.reduce<Json>(applyOperation, object));
}

/** RFC 7386: objects are merged, `null` removes, everything else replaces. */
function merge(target: Json | undefined, change: Json): Json {
  if (!isJsonObject(change)) return change;
  const merged = new Map(Object.entries(isJsonObject(target) ? target : {}));
  for (const [key, value] of Object.entries(change)) {
    if (value === null) merged.delete(key);
    else if (value !== undefined) merged.set(key, merge(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function applyOperation(document: Json, operation: JsonPatchOperation): Json {
  const keys = operation.path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  return change(document, keys, operation);
}

function change(node: Json | undefined, keys: readonly string[], operation: JsonPatchOperation): Json {
  const [key, ...rest] = keys;
  if (key === undefined) return operation.value ?? null;
  if (Array.isArray(node)) return changeList(node as readonly Json[], key, rest, operation);
  if (!isJsonObject(node)) throw new Error(`${operation.op} ${operation.path}: the path does not exist`);
  const present = node[key] !== undefined;
  if (rest.length > 0) return { ...node, [key]: change(node[key], rest, operation) };
  if (operation.op === 'test') return tested(node, node[key], operation);
  if (operation.op !== 'add' && !present) throw new Error(`${operation.op} ${operation.path}: nothing is there`);
  if (operation.op !== 'remove') return { ...node, [key]: operation.value ?? null };
  return Object.fromEntries(Object.entries(node).filter(([name]) => name !== key));
}

function changeList(
  list: readonly Json[],
  key: string,
  rest: readonly string[],
  operation: JsonPatchOperation,
): readonly Json[] {
  const index = key === '-' ? list.length : Number(key);
  const end = rest.length === 0 && operation.op === 'add' ? list.length : list.length - 1;
  if (!Number.isInteger(index) || index < 0 || index > end) {
    throw new Error(`${operation.op} ${operation.path}: no element ${key}`);
  }
  if (rest.length > 0) return list.with(index, change(list[index], rest, operation));
  switch (operation.op) {
    case 'add':
      return list.toSpliced(index, 0, operation.value ?? null);
    case 'remove':
      return list.toSpliced(index, 1);
    case 'replace':
      return list.with(index, operation.value ?? null);
    case 'test':
      return tested(list, list[index], operation);
  }
}

function tested<T extends Json>(parent: T, value: Json | undefined, operation: JsonPatchOperation): T {
  if (!jsonEqual(value, operation.value)) throw new Error(`test ${operation.path}: the value is another one`);
  return parent;
}

function asObject(value: Json): JsonObject {
  if (!isJsonObject(value)) throw new Error('the patch makes no object');
  return value;
}
