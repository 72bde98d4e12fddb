import type { Json, JsonObject } from '../../base/json.ts';

/** Annotation on the workload that holds the record; present exactly while the workload is in dev mode. */
export const recordAnnotation = 'podloop.dev/record';
/** Label on the pod template, its ReplicaSets and pods while in dev mode; the value is the session's id. */
export const sessionLabel = 'podloop.dev/session';

/** One step into a JSON document: an object's key, or the element of a list whose `name` (or other key) is given. */
export type PathStep = string | { readonly key: string; readonly value: string };

/** One change that dev mode made: enough to undo it, and to see whether somebody else changed the place meanwhile. */
export interface RecordedEdit {
  readonly path: readonly PathStep[];
  /** What stood there; `undefined` for nothing. */
  readonly before: Json | undefined;
  /**
   * What dev mode put there, or as much of it as tells that the thing is still dev mode's own (the server fills in
   * defaults, so what stands there now may say more); `undefined` for nothing.
   */
  readonly after: Json | undefined;
  /** Of something taken away: the key, or the list element's key value, that followed; absent when it was the last. */
  readonly next?: string;
}

/** Who develops a workload. */
export interface Developer {
  /** Login name on the developer's machine, for people. */
  readonly user: string;
  /** Host name of that machine, for people. */
  readonly host: string;
  /** Random id of the installation that holds the session: tells mine from others'. */
  readonly installation: string;
}

/** The record on the workload: what any machine needs to see and to end dev mode. */
export interface DevModeRecord {
  readonly version: 1;
  readonly session: string;
  readonly developer: Developer;
  /** ISO 8601, the developer's clock; for display only. */
  readonly since: string;
  /** Container that was swapped. */
  readonly container: string;
  readonly workDir: string;
  /** Version of Podloop that wrote the record. */
  readonly podloop: string;
  readonly edits: readonly RecordedEdit[];
  /** Who owned which fields before, as `metadata.managedFields` said it. */
  readonly owners?: readonly FieldOwner[];
  /** The node whose pod is developed, for a kind that has one on each. */
  readonly node?: string;
  /** Keys to the pod template, of a kind that nothing else is known of. */
  readonly templatePath?: readonly string[];
  /** The workload itself is as it was already; dev pods and other things are still to be taken away. */
  readonly ending?: true;
}

/** An entry of `metadata.managedFields`. */
export type FieldOwner = JsonObject;
