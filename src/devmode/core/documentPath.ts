import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts';
import type { PathStep } from './record.ts';

/** Where a new key or list element goes: at either end, or before the key (or element) of that name if it exists. */
export type Place = 'start' | 'end' | { readonly before: string };

/** What stands at a path of a JSON document; `undefined` for nothing. */
export function readAt(document: Json | undefined, path: readonly PathStep[]): Json | undefined {
  return path.reduce<Json | undefined>(readStep, document);
}

/**
 * The document with `value` at the path, everything else as it was and in the same order; `undefined` takes the key or
 * list element away. What is replaced keeps its position. The object or list that holds the place must exist.
 */
export function writeAt(
  document: Json,
  path: readonly PathStep[],
  value: Json | undefined,
  place: Place = 'end',
): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const current = readStep(document, step);
  if (rest.length > 0 && current === undefined) throw new Error(`Nothing stands at ${describePath(path)}`);
  const written = rest.length === 0 || current === undefined ? value : writeAt(current, rest, value, place);
  return typeof step === 'string'
    ? writeKey(objectAt(document, step), step, written, place)
    : writeElement(listAt(document, step), step, written, place);
}

/** The key, or the list element's key value, that follows the place; `undefined` when it is the last. */
export function followerOf(document: Json, path: readonly PathStep[]): string | undefined {
  const step = path.at(-1);
  const parent = readAt(document, path.slice(0, -1));
  if (step === undefined) return undefined;
  if (typeof step === 'string') {
    const keys = isJsonObject(parent) ? Object.keys(parent) : [];
    return keys[keys.indexOf(step) + 1];
  }
  const list = isList(parent) ? parent : [];
  const follower = list[lastIndexOf(list, step) + 1];
  const name = isJsonObject(follower) ? follower[step.key] : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** `spec.template.spec.containers[web].image`: a path as people read it. */
export function describePath(path: readonly PathStep[]): string {
  return path
    .map((step) => (typeof step === 'string' ? `.${step}` : `[${step.value}]`))
    .join('')
    .replace(/^\./, '');
}

function readStep(document: Json | undefined, step: PathStep): Json | undefined {
  if (typeof step === 'string') {
    return isJsonObject(document) && Object.hasOwn(document, step) ? document[step] : undefined;
  }
  return isList(document) ? document[lastIndexOf(document, step)] : undefined;
}

function writeKey(object: JsonObject, key: string, value: Json | undefined, place: Place): JsonObject {
  const entries = Object.entries(object);
  const index = entries.findIndex(([name]) => name === key);
  if (value === undefined) return Object.fromEntries(entries.filter(([name]) => name !== key));
  const entry: [string, Json] = [key, value];
  if (index >= 0) return Object.fromEntries(entries.with(index, entry));
  const at = indexOfPlace(place, entries.length, (before) => entries.findIndex(([name]) => name === before));
  return Object.fromEntries(entries.toSpliced(at, 0, entry));
}

function writeElement(
  list: readonly Json[],
  step: { readonly key: string; readonly value: string },
  value: Json | undefined,
  place: Place,
): readonly Json[] {
  const index = lastIndexOf(list, step);
  if (value === undefined) return index < 0 ? list : list.toSpliced(index, 1);
  if (index >= 0) return list.with(index, value);
  const at = indexOfPlace(place, list.length, (before) => firstIndexOf(list, { key: step.key, value: before }));
  return list.toSpliced(at, 0, value);
}

function indexOfPlace(place: Place, length: number, find: (name: string) => number): number {
  if (place === 'start') return 0;
  if (place === 'end') return length;
  const found = find(place.before);
  return found < 0 ? length : found;
}

/** Of several elements with one name, as `env` may have, the last one is the one that counts. */
function lastIndexOf(list: readonly Json[], step: { readonly key: string; readonly value: string }): number {
  return list.findLastIndex((element) => isJsonObject(element) && element[step.key] === step.value);
}

function firstIndexOf(list: readonly Json[], step: { readonly key: string; readonly value: string }): number {
  return list.findIndex((element) => isJsonObject(element) && element[step.key] === step.value);
}

function objectAt(document: Json, step: string): JsonObject {
  if (!isJsonObject(document)) throw new Error(`No object holds ${step}`);
  return document;
}

function listAt(document: Json, step: { readonly value: string }): readonly Json[] {
  if (!isList(document)) throw new Error(`No list holds ${step.value}`);
  return document;
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
