import { UserError } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import type { ApiClient } from './apiClient.ts';
import type { ListScope, ObjectList } from './cluster.ts';
import { apiPath, type Query } from './core/apiPath.ts';
import { objectField, objectsField, textField } from './core/fields.ts';
import type { KubeObject, ResourceType } from './core/objects.ts';
import { readObject } from './core/readObject.ts';

/** Lists in chunks, so that a big cluster neither blocks the server nor fills memory with one answer. */
export async function listInChunks(
  client: ApiClient,
  type: ResourceType,
  scope: ListScope,
  signal: AbortSignal,
): Promise<ObjectList> {
  try {
    return await listFrom(client, type, scope, signal);
  } catch (error) {
    // The server forgot the version that the chunks so far were of: they are of no use any more.
    if (error instanceof UserError && error.code === 'cluster.expired') return listFrom(client, type, scope, signal);
    throw error;
  }
}

const chunkSize = 500;

async function listFrom(
  client: ApiClient,
  type: ResourceType,
  scope: ListScope,
  signal: AbortSignal,
): Promise<ObjectList> {
  const items: KubeObject[] = [];
  let next: string | undefined;
  for (;;) {
    const page: JsonObject = await client.json(
      {
        method: 'GET',
        path: apiPath({ type, namespace: scope.namespace }, { ...selectors(scope), limit: chunkSize, continue: next }),
        action: { verb: 'list', type, namespace: scope.namespace },
      },
      signal,
    );
    items.push(...objectsField(page.items).flatMap((item) => readObject(type, item) ?? []));
    const metadata = objectField(page.metadata);
    next = textField(metadata.continue);
    if (next === undefined) return { items, resourceVersion: textField(metadata.resourceVersion) ?? '' };
  }
}

/** The selectors of a scope as query parameters. */
export function selectors({ labelSelector, fieldSelector }: ListScope): Query {
  return { labelSelector, fieldSelector };
}
