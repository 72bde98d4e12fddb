import { textField } from '../../cluster/core/fields.ts';
import type { KubeObject } from '../../cluster/core/objects.ts';

/** How far the pull of an image is. `message` is the kubelet's. */
export interface ImagePull {
  readonly kind: 'begun' | 'done' | 'failed';
  readonly message: string;
}

const kinds: Readonly<Record<string, ImagePull['kind']>> = { Pulling: 'begun', Pulled: 'done', Failed: 'failed' };

/**
 * How far the images of a pod are, by its events: those come at once, while the pod's own status may keep quiet for
 * tens of seconds. Images that no event speaks of are missing.
 */
export function imagePulls(events: readonly KubeObject[]): ReadonlyMap<string, ImagePull> {
  const pulls = new Map<string, ImagePull>();
  for (const event of inOrder(events)) {
    const message = textField(event.message) ?? '';
    const image = /image "([^"]+)"/.exec(message)?.[1];
    const kind = kinds[textField(event.reason) ?? ''];
    if (image !== undefined && kind !== undefined) pulls.set(image, { kind, message });
  }
  return pulls;
}

function inOrder(events: readonly KubeObject[]): readonly KubeObject[] {
  const time = (event: KubeObject): string =>
    textField(event.lastTimestamp) ?? textField(event.eventTime) ?? event.metadata.creationTimestamp ?? '';
  return events.toSorted((a, b) => time(a).localeCompare(time(b)));
}
