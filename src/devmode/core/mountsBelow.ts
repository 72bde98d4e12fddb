import { readSyncPath, type SyncPath } from '../../base/paths.ts';
import type { JsonObject } from '../../base/json.ts';
import { objectsField } from '../../cluster/core/fields.ts';
import { plainPath } from './podTemplate.ts';

/**
 * Places inside the working directory where other volumes are mounted into the container, relative to it. Sync must
 * leave them alone: what lies there is not in the synced volume, and removing or replacing the folder underneath
 * would take the mount away from the running container.
 */
export function mountsBelow(podSpec: JsonObject, container: string, workDir: string): readonly SyncPath[] {
  const inside = `${plainPath(workDir)}/`;
  return objectsField(podSpec.containers)
    .filter(({ name }) => name === container)
    .flatMap(({ volumeMounts }) => objectsField(volumeMounts))
    .flatMap(({ mountPath }) => {
      if (typeof mountPath !== 'string' || !mountPath.startsWith(inside)) return [];
      const path = readSyncPath(plainPath(mountPath).slice(inside.length));
      return path === undefined || path === '' ? [] : [path];
    });
}
