import { isJsonObject, jsonEqual, type Json } from '../../base/json.ts';
import { describePath, readAt, writeAt } from './documentPath.ts';
import type { RecordedEdit } from './record.ts';

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
    const vanished = readAt(current, parent) === undefined;
    const now = readAt(current, edit.path);
    if (jsonEqual(now, edit.before)) continue;
    if (vanished) kept.add(describePath(parent));
    else if (isOwn(now, edit.after)) current = writeAt(current, edit.path, edit.before, placeOf(edit)) ?? current;
    else if (!madeRoom(edit)) kept.add(describePath(edit.path));
  }
  // Paths lie below the root, so the root keeps its shape.
  return { document: current as T, kept: [...kept].reverse() };
}

function placeOf(edit: RecordedEdit): 'end' | { before: string } {
  return edit.next === undefined ? 'end' : { before: edit.next };
}

/** Whether dev mode only made an empty object or list here; somebody else's things in it are no change of ours. */
function madeRoom(edit: RecordedEdit): boolean {
  return edit.before === undefined && edit.after !== undefined && isEmpty(edit.after);
}

function isOwn(now: Json | undefined, after: Json | undefined): boolean {
  if (now === undefined || after === undefined) return now === after;
  return isEmpty(after) ? isEmpty(now) : covers(now, after);
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
