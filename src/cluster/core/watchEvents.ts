import { isJsonObject, type Json } from '../../base/json.ts';
import { type ApiStatus, readStatus } from './apiErrors.ts';
import { objectField, textField } from './fields.ts';
import type { KubeObject, ResourceType } from './objects.ts';
import { readObject } from './readObject.ts';

/** One line of a watch. */
export type WatchEvent =
  | { readonly kind: 'changed'; readonly object: KubeObject }
  | { readonly kind: 'deleted'; readonly object: KubeObject }
  /** Nothing changed up to this version. */
  | { readonly kind: 'bookmark'; readonly resourceVersion: string }
  /** The server ends the watch. */
  | { readonly kind: 'error'; readonly status: ApiStatus };

/** Reads one line of a watch; `undefined` when it is not such a line, so that news may have been lost. */
export function readWatchEvent(type: ResourceType, line: string): WatchEvent | undefined {
  let event: Json;
  try {
    event = JSON.parse(line) as Json;
  } catch {
    // A proxy cut or mixed the stream.
    return undefined;
  }
  if (!isJsonObject(event)) return undefined;
  if (event.type === 'ERROR') return { kind: 'error', status: readStatus(0, JSON.stringify(event.object ?? null)) };
  if (event.type === 'BOOKMARK') {
    const resourceVersion = textField(objectField(objectField(event.object).metadata).resourceVersion);
    return resourceVersion === undefined ? undefined : { kind: 'bookmark', resourceVersion };
  }
  const object = readObject(type, event.object);
  if (object === undefined) return undefined;
  if (event.type === 'ADDED' || event.type === 'MODIFIED') return { kind: 'changed', object };
  return event.type === 'DELETED' ? { kind: 'deleted', object } : undefined;
}
