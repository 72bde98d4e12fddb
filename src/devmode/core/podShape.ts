import type { JsonObject } from '../../base/json.ts';
import type { DevShape, InitRule, Mount } from '../../config/devShape.ts';
import { objectsField, textField } from '../../cluster/core/fields.ts';
import type { KubeObject } from '../../cluster/core/objects.ts';
import { append } from './devContainer.ts';
import type { Draft } from './draft.ts';
import { plainPath } from './podTemplate.ts';
import type { PathStep } from './record.ts';

type Path = readonly PathStep[];

/** What differs in the pod around the dev container at `container`. */
export function shapePod(draft: Draft<KubeObject>, pod: Path, container: Path, shape: DevShape): void {
  append(draft, [...pod, 'tolerations'], shape.tolerations);
  const labels = Object.entries(shape.nodeSelector);
  if (labels.length > 0) draft.ensure([...pod, 'nodeSelector'], {});
  for (const [label, value] of labels) draft.set([...pod, 'nodeSelector', label], value);
  if (shape.imagePullSecrets.length > 0) draft.ensure([...pod, 'imagePullSecrets'], []);
  for (const name of shape.imagePullSecrets) {
    draft.set([...pod, 'imagePullSecrets', { key: 'name', value: name }], { name });
  }
  shapeInitContainers(draft, [...pod, 'initContainers'], shape.initContainers);
  for (const [index, mount] of shape.mounts.entries()) addMount(draft, pod, container, { mount, index });
}

/** Mounts a volume at a path of the container, in place of whatever is mounted there. */
export function placeMount(
  draft: Draft<KubeObject>,
  container: Path,
  { mountPath, ...mount }: JsonObject & { readonly name: string; readonly mountPath: string },
): void {
  const mounts = [...container, 'volumeMounts'];
  draft.ensure(mounts, []);
  const taken = removeMounts(draft, mounts, mountPath, 1);
  // The list is keyed by the literal path, so a mount that is set aside lends its spelling to ours.
  const spelling = taken ?? mountPath;
  const value = { ...mount, mountPath: spelling };
  draft.set([...mounts, { key: 'mountPath', value: spelling }], value, { name: mount.name });
}

/** Takes away all but the last `spared` mounts at a path, however it is spelled, and gives the spelling of the last. */
function removeMounts(draft: Draft<KubeObject>, mounts: Path, path: string, spared: number): string | undefined {
  const spellings = objectsField(draft.read(mounts)).flatMap(({ mountPath }) =>
    typeof mountPath === 'string' && plainPath(mountPath) === path ? [mountPath] : [],
  );
  for (const value of spellings.slice(0, spellings.length - spared)) {
    draft.remove([...mounts, { key: 'mountPath', value }]);
  }
  return spellings.at(-1);
}

function addMount(
  draft: Draft<KubeObject>,
  pod: Path,
  container: Path,
  { mount, index }: { mount: Mount; index: number },
): void {
  const { path, subPath, readOnly } = mount;
  const source = volumeSource(mount.volume);
  if (source === undefined) {
    removeMounts(draft, [...container, 'volumeMounts'], path, 0);
    return;
  }
  const name = `podloop-mount-${index}`;
  draft.ensure([...pod, 'volumes'], []);
  draft.set([...pod, 'volumes', { key: 'name', value: name }], { name, ...source }, { name });
  placeMount(draft, container, {
    name,
    mountPath: path,
    ...(subPath === '' ? {} : { subPath }),
    ...(readOnly ? { readOnly } : {}),
  });
}

function volumeSource(volume: Mount['volume']): JsonObject | undefined {
  switch (volume.kind) {
    case 'configMap':
      return { configMap: { name: volume.name, ...(volume.optional ? { optional: true } : {}) } };
    case 'secret':
      return { secret: { secretName: volume.name, ...(volume.optional ? { optional: true } : {}) } };
    case 'claim':
      return { persistentVolumeClaim: { claimName: volume.name } };
    case 'empty':
      return {
        emptyDir: {
          ...(volume.memory ? { medium: 'Memory' } : {}),
          ...(volume.sizeLimit === undefined ? {} : { sizeLimit: volume.sizeLimit }),
        },
      };
    case 'none':
      return undefined;
  }
}

function shapeInitContainers(draft: Draft<KubeObject>, path: Path, rules: DevShape['initContainers']): void {
  for (const container of objectsField(draft.read(path))) {
    const rule = ruleFor(container, rules);
    const place = [...path, { key: 'name', value: textField(container.name) ?? '' }];
    if (rule === 'skip') draft.remove(place);
    if (typeof rule !== 'object') continue;
    for (const [field, value = null] of Object.entries(rule)) draft.set([...place, field], value);
    // Arguments belong to the command that they were written for.
    if ('command' in rule && !('args' in rule)) draft.remove([...place, 'args']);
  }
}

function ruleFor({ name, restartPolicy }: JsonObject, { others, named }: DevShape['initContainers']): InitRule {
  const own = typeof name === 'string' && Object.hasOwn(named, name) ? named[name] : undefined;
  return own ?? (restartPolicy === 'Always' ? 'keep' : others);
}
