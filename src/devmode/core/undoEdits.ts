import { isJsonObject, jsonEqual, type Json } from '../../base/json.ts';
import { describePath, readAt, writeAt } from './documentPath.ts';
import type { PathStep, RecordedEdit } from './record.ts';

/**
 * Takes recorded changes back, the last one first. A place that holds neither what was put there nor what was there
 * before has been changed by somebody else: it is left as it is now and named in `kept`.
 */
export function undoEdits<T extends Json>(
  document: T,
  edits: readonly RecordedEdit[],
): { document: T; kept: string[] } {
  let current: Json = document;
  const kept = new Set<string>();
  for (const edit of edits.toReversed()) {
    const parent = edit.path.slice(0, -1);
    const now = readAt(current, edit.path);
    if (jsonEqual(now, edit.before)) continue;
    if (edit.after === undefined) current = withRoom(current, parent, edit);
    const vanished = readAt(current, parent) === undefined;
    if (vanished) kept.add(describePath(parent));
    else if (isOwn(now, edit.after)) current = writeAt(current, edit.path, edit.before, placeOf(edit)) ?? current;
    else if (!madeRoom(edit)) kept.add(describePath(edit.path));
  }
  // Paths lie below the root, so the root keeps its shape.
  return { document: current as T, kept: [...kept].reverse() };
}

/** The server drops lists and maps that dev mode left empty; they come back with what stood in them. */
function withRoom(document: Json, parent: readonly PathStep[], { path }: RecordedEdit): Json {
  const isEmptied =
    typeof parent.at(-1) === 'string' &&
    readAt(document, parent) === undefined &&
    readAt(document, parent.slice(0, -1)) !== undefined;
  if (!isEmptied) return document;
  return writeAt(document, parent, typeof path.at(-1) === 'string' ? {} : []) ?? document;
}

function placeOf(edit: RecordedEdit): 'end' | { before: string } {
  return edit.next === undefined ? 'end' : { before: edit.next };
}

/** Whether dev mode only made an empty object or list here; somebody else's things in it are no change of ours. */
function madeRoom(edit: RecordedEdit): boolean {
  return edit.before === undefined && edit.after !== undefined && isEmpty(edit.after);
}

function isOwn(now: Json | undefined, after: Json | undefined): boolean {
  if (after === undefined) return now === undefined;
  if (isEmpty(after)) return now === undefined || isEmpty(now);
  return now !== undefined && covers(now, after);
}

/** Whether `whole` says all that `part` says; objects may say more, since the server fills in defaults. */
function covers(whole: Json | undefined, part: Json | undefined): boolean {
  if (isJsonObject(part)) {
    return isJsonObject(whole) && Object.entries(part).every(([key, value]) => covers(whole[key], value));
  }
  if (Array.isArray(part) && Array.isArray(whole)) {
    const [parts, wholes] = [part as readonly Json[], whole as readonly Json[]];
    return parts.length === wholes.length && parts.every((value, index) => covers(wholes[index], value));
  }
  return jsonEqual(whole, part);
}

function isEmpty(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}
