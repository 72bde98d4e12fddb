import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts';

/** Reads the fields of an object one by one, and can tell which of them nobody has asked for. */
export class FieldReader {
  readonly path: string;
  readonly #object: JsonObject;
  readonly #notes: string[];
  readonly #read = new Set<string>();

  /** What is said of fields goes to `notes`. */
  constructor(object: JsonObject, path: string, notes: string[]) {
    this.#object = object;
    this.path = path;
    this.#notes = notes;
  }

  /** The value of a field; null counts as absent. */
  take(name: string): Json | undefined {
    this.#read.add(name);
    return this.#object[name] ?? undefined;
  }

  /** The object in a field; `undefined`, with a note, where something else stands there. */
  object(name: string): FieldReader | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (isJsonObject(value)) return new FieldReader(value, this.pathOf(name), this.#notes);
    this.note(name, 'must hold settings');
    return undefined;
  }

  /** The objects of a list; what is no object is noted and left out. */
  objects(name: string): readonly FieldReader[] {
    return this.list(name).flatMap((value, index) => {
      const path = `${this.pathOf(name)}[${index}]`;
      if (isJsonObject(value)) return [new FieldReader(value, path, this.#notes)];
      this.#notes.push(`${path} must hold settings.`);
      return [];
    });
  }

  /** The values of a list; a note, and none, where something else stands there. */
  list(name: string): readonly Json[] {
    const value = this.take(name);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value as readonly Json[];
    this.note(name, 'must be a list');
    return [];
  }

  /** Says of a field, if it is there, why it is not used. */
  unused(name: string, reason: string): void {
    const value = this.take(name);
    const isNothing = value === undefined || value === '' || value === false || isEmpty(value);
    if (!isNothing) this.note(name, `is not used: ${reason}`);
  }

  note(name: string, said: string): void {
    this.#notes.push(`${this.pathOf(name)} ${said}.`);
  }

  /** Says of everything that nobody has asked for that it is not known. */
  end(): void {
    for (const name of Object.keys(this.#object))
      if (!this.#read.has(name)) this.note(name, 'is not known, so it is not used');
  }

  pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
