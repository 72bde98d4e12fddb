import { isJsonObject, type JsonObject } from '../../base/json.ts';
import { objectField, objectsField, textField } from '../../cluster/core/fields.ts';
import type { KubeObject } from '../../cluster/core/objects.ts';
import { type FieldOwner, recordAnnotation } from './record.ts';

/** Who owns which fields of an object, as the server keeps it, apart from what controllers write into the status. */
export function ownersOf({ metadata }: KubeObject): readonly FieldOwner[] {
  return objectsField(metadata.managedFields).filter(({ subresource }) => subresource === undefined);
}

/** When the record was written, by the server's clock, in seconds as it keeps them; `undefined` where it does not say. */
export function recordedAt(workload: KubeObject): string | undefined {
  return textField(ownersOf(workload).find(ownsRecord)?.time);
}

/**
 * The restored object with the ownership of what was put back handed to whoever had it before; `undefined` when there
 * is nothing to hand back. It would stay with the writer of the record, whom `entered` names, and the next deployment
 * by server-side apply would fail with a conflict.
 */
export function handBack(
  entered: KubeObject,
  restored: KubeObject,
  owners: readonly FieldOwner[],
): KubeObject | undefined {
  const writer = ownersOf(entered).find(ownsRecord);
  const now = objectsField(restored.metadata.managedFields);
  const held = now.find((entry) => writer !== undefined && isSame(entry, writer));
  if (held === undefined) return undefined;
  const free = pathsOf(held.fieldsV1);
  const given = owners
    .map((owner) => ({ owner, paths: [...pathsOf(owner.fieldsV1)].filter((path) => free.has(path)) }))
    .filter(({ paths }) => paths.length > 0);
  const kept = now.filter((entry) => entry !== held);
  const known = kept.map((entry) => {
    const back = given.find(({ owner }) => isSame(owner, entry));
    return back === undefined ? entry : { ...entry, fieldsV1: treeOf([...pathsOf(entry.fieldsV1), ...back.paths]) };
  });
  const returning = given
    .filter(({ owner }) => !kept.some((entry) => isSame(owner, entry)))
    .map(({ owner, paths }) => ({ ...owner, fieldsV1: treeOf(paths) }));
  const managedFields = [...returning, ...known];
  // An empty list would mean something else: "begin the bookkeeping anew".
  if (managedFields.length === 0) return undefined;
  return { ...restored, metadata: { ...restored.metadata, managedFields } };
}

function isSame(a: JsonObject, b: JsonObject): boolean {
  return a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource;
}

function ownsRecord({ operation, fieldsV1 }: JsonObject): boolean {
  const annotations = objectField(objectField(objectField(fieldsV1)['f:metadata'])['f:annotations']);
  return operation === 'Update' && annotations[`f:${recordAnnotation}`] !== undefined;
}

/** Keys cannot hold a line feed unescaped: those of list elements are JSON, the others names. */
const separator = '\n';

/** The members of a field set: an empty object is a member, and so is one that holds the key `.`. */
function pathsOf(tree: JsonObject[string], at = ''): ReadonlySet<string> {
  if (!isJsonObject(tree)) return new Set();
  const keys = Object.keys(tree);
  if (keys.length === 0) return new Set(at === '' ? [] : [at]);
  return new Set(keys.flatMap((key) => (key === '.' ? [at] : [...pathsOf(tree[key], `${at}${separator}${key}`)])));
}

function treeOf(paths: Iterable<string>): JsonObject {
  const children = new Map<string, string[]>();
  for (const path of paths) {
    const [key = '', ...rest] = path.split(separator).slice(1);
    children.set(key, [...(children.get(key) ?? []), rest.map((part) => separator + part).join('')]);
  }
  return Object.fromEntries([...children].map(([key, below]) => [key, subtreeOf(below)]));
}

function subtreeOf(paths: readonly string[]): JsonObject {
  const deeper = paths.filter((path) => path !== '');
  if (deeper.length === 0) return {};
  return { ...(deeper.length < paths.length ? { '.': {} } : {}), ...treeOf(deeper) };
}
