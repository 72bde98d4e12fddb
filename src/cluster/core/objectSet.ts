import type { KubeObject } from './objects.ts';

/** The objects of a live list in order of arrival; a namesake of a deleted object is a new arrival. */
export class ObjectSet {
  readonly #objects = new Map<string, KubeObject>();

  /** A snapshot; later changes do not touch it. */
  get items(): readonly KubeObject[] {
    return [...this.#objects.values()];
  }

  put(object: KubeObject): void {
    this.#objects.set(keyOf(object), object);
  }

  remove(object: KubeObject): void {
    this.#objects.delete(keyOf(object));
  }

  /** Takes over a whole list: those that stay keep their place. */
  replaceAll(objects: readonly KubeObject[]): void {
    const keys = new Set(objects.map(keyOf));
    for (const key of [...this.#objects.keys()]) if (!keys.has(key)) this.#objects.delete(key);
    for (const object of objects) this.put(object);
  }
}

function keyOf({ metadata }: KubeObject): string {
  return metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name}`;
}
