import { jsonEqual, type Json } from '../../base/json.ts';
import { followerOf, readAt, writeAt, type Place } from './documentPath.ts';
import type { PathStep, RecordedEdit } from './record.ts';

/** A document being changed, with every change recorded so that `undoEdits` takes it back. */
export class Draft<T extends Json> {
  #document: T;
  readonly #edits: RecordedEdit[] = [];

  constructor(document: T) {
    this.#document = document;
  }

  get document(): T {
    return this.#document;
  }

  /** The changes so far, in the order in which they were made. */
  get edits(): readonly RecordedEdit[] {
    return this.#edits;
  }

  read(path: readonly PathStep[]): Json | undefined {
    return readAt(this.#document, path);
  }

  /**
   * Puts a value at a path. `witness` is recorded in its place where that is enough to recognize the value later, for
   * example only the name of a container that belongs to dev mode whatever else is changed in it.
   */
  set(path: readonly PathStep[], value: Json, witness: Json = value, place: Place = 'end'): void {
    const before = this.read(path);
    if (jsonEqual(before, value)) return;
    this.#write(path, value, place);
    this.#edits.push({ path, before, after: witness });
  }

  /** Makes an empty object or list at a path where there is nothing yet. */
  ensure(path: readonly PathStep[], empty: Json): void {
    if (this.read(path) === undefined) this.set(path, empty);
  }

  /** Takes away what stands at a path, if anything does. */
  remove(path: readonly PathStep[]): void {
    const before = this.read(path);
    if (before === undefined) return;
    const next = followerOf(this.#document, path);
    this.#write(path, undefined, 'end');
    this.#edits.push({ path, before, after: undefined, ...(next === undefined ? {} : { next }) });
  }

  #write(path: readonly PathStep[], value: Json | undefined, place: Place): void {
    // A path below the root leaves the root an object of the same shape.
    this.#document = writeAt(this.#document, path, value, place) as T;
  }
}
