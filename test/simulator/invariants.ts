import { lstatSync } from 'node:fs';
import path from 'node:path';
import type { Places } from './places.ts';
import type { Actor } from './simulatedDisk.ts';
import { type TreeChange, TreeModel, type Version, versionAt } from './treeModel.ts';

/** When something was so, in moments: each change of the local tree is one. */
type Moments = Map<string, number>;

/**
 * Watches both trees of a one-way push and says what must never happen. Versions are told apart by their content, which
 * no two writes have in common.
 */
export class Invariants {
  readonly local: TreeModel;
  readonly pod: TreeModel;
  /** Nothing that is missing locally now is a wish to delete it: the folder itself is in trouble. */
  isAbsenceAccident = false;
  /** Nothing is kept in the pod now: its disk is full or its clock jumped over the time of keeping. */
  isKeepingOff = false;
  /** An open file, or one in an open folder, may get another name before it is read. */
  mayBeRenamedWhileRead = false;
  readonly #places: Places;
  readonly #onViolation: (text: string) => void;
  /** For each path and version, when it was first at that path locally. */
  readonly #locally = new Map<string, Moments>();
  /** Until when a path was absent, or of another kind, locally. */
  readonly #absentUntil: Moments = new Map();
  #moment = 0;
  /** Versions that a program in the pod wrote. */
  readonly #ofPod = new Set<Version>();
  /** Paths that a program in the pod changed after the engine did. */
  readonly #touched = new Set<string>();

  constructor(places: Places, onViolation: (text: string) => void) {
    this.#places = places;
    this.#onViolation = onViolation;
    this.local = new TreeModel(places.tree('local'));
    this.pod = new TreeModel(places.tree('pod'));
  }

  /** Something may have changed at a path of either tree. */
  changed(real: string, actor: Actor): void {
    const place = this.#places.find(real);
    if (place?.area !== 'tree') return;
    const stats = lstatSync(real, { throwIfNoEntry: false });
    // A file with several names changes at all of them.
    const at = stats?.isFile() === true && stats.nlink > 1 ? '' : place.relative;
    if (place.side === 'local') this.#localChanged(this.local.refresh(at), actor);
    else this.#podChanged(this.pod.refresh(at), actor, place.relative);
    // A change of mode is one as well.
    if (place.side === 'pod' && actor.kind === 'person') this.#touched.add(place.relative);
  }

  /** The last name of a file of the pod's volume is about to go. */
  lastName(real: string, { kind }: Actor): void {
    const place = this.#places.find(real);
    if (kind !== 'engine' || place?.side !== 'pod') return;
    const version = versionAt(real);
    if (version === undefined || version.startsWith('file 0 ') || !this.#ofPod.has(version)) return;
    if (place.area === 'state' && (this.isKeepingOff || place.relative.startsWith('stage'))) return;
    this.#onViolation(`I1: the last copy of ${version}, written in the pod, goes with ${place.area} ${place.relative}`);
  }

  /** The local folder is as it is, whatever happened to it as a whole. */
  localReplaced(): void {
    this.#localChanged(this.local.refresh(''), { side: 'local', kind: 'person' });
  }

  /** The volume is another one: what it brings along is the pod's own. */
  podReplaced(): void {
    this.#touched.clear();
    const person: Actor = { side: 'pod', kind: 'person' };
    this.#podChanged(this.pod.refresh(''), person, '');
    this.#touched.clear();
    for (const [at] of this.pod.entries()) this.#touched.add(at);
  }

  /** Whether a program in the pod changed anything after the engine did. */
  get isTouched(): boolean {
    return this.#touched.size > 0;
  }

  /** Whether what the pod has at a path may differ, because a program there changed it, or something above or below. */
  isExcepted(at: string): boolean {
    for (const touched of this.#touched) {
      if (touched === at || at.startsWith(`${touched}/`) || touched.startsWith(`${at}/`)) return true;
    }
    return false;
  }

  #localChanged(changes: readonly TreeChange[], actor: Actor): void {
    this.#moment++;
    for (const { path: at, before, after } of changes) {
      if (actor.kind === 'engine') this.#onViolation(`I4: a push changed the local ${at}: ${before} became ${after}`);
      if (after !== undefined) this.#note(this.#locally, at, after);
      if (after === undefined && !this.isAbsenceAccident) this.#absentUntil.set(at, Infinity);
      else if (this.#absentUntil.get(at) === Infinity || (before !== undefined && isOtherKind(before, after))) {
        this.#absentUntil.set(at, this.#moment - 0.5);
      }
    }
  }

  #podChanged(changes: readonly TreeChange[], actor: Actor, at: string): void {
    for (const change of changes) {
      if (actor.kind === 'person') this.#podWrote(change);
      else this.#engineWrote(change, change.path !== at);
    }
  }

  #podWrote({ path: at, after }: TreeChange): void {
    this.#touched.add(at);
    if (after?.startsWith('file') === true && this.#locally.get(at)?.has(after) !== true) this.#ofPod.add(after);
  }

  #engineWrote({ path: at, before, after }: TreeChange, withFolder: boolean): void {
    const wasTouched = this.#touched.delete(at);
    if (after !== undefined) this.#appeared(at, after, wasTouched, withFolder);
    else if (before !== undefined) this.#vanished(at, before, wasTouched);
  }

  /**
   * Whatever becomes visible is a version that somebody wrote completely, at this very path; or anywhere, when it comes
   * with a folder that was renamed while what is in it changed, or was renamed while it was read.
   */
  #appeared(at: string, after: Version, wasTouched: boolean, withFolder: boolean): void {
    if (this.#locally.get(at)?.has(after) === true) return;
    if (
      (withFolder || this.mayBeRenamedWhileRead) &&
      [...this.#locally.values()].some((versions) => versions.has(after))
    )
      return;
    // What gave way may be put back.
    if (this.#ofPod.has(after)) {
      if (wasTouched) this.#touched.add(at);
      return;
    }
    this.#onViolation(`I2: ${after} became visible at ${at}, which never had it`);
  }

  /** Nothing goes without having been gone locally since it was there. */
  #vanished(at: string, before: Version, wasTouched: boolean): void {
    if ((wasTouched || this.#ofPod.has(before)) && this.#locally.get(at)?.has(before) !== true) {
      if (!this.#hadToGiveWay(at, before)) this.#onViolation(`I6: ${at} was deleted, which a program in the pod wrote`);
      return;
    }
    const since = this.#locally.get(at)?.get(before) ?? this.#sinceAnywhere(before);
    if (since === undefined) this.#onViolation(`I6: ${at} was deleted, which never was there locally (${before})`);
    else if ((this.#absentUntil.get(at) ?? -1) < since) {
      this.#onViolation(`I6: ${at} was deleted, which was there locally all the time (${before})`);
    }
  }

  /** Whether what stands there ever had to give way, because a folder became a file or the other way round. */
  #hadToGiveWay(at: string, there: Version): boolean {
    const here = [...(this.#locally.get(at)?.keys() ?? [])];
    if (here.some((version) => isOtherKind(version, there))) return true;
    for (let top = path.posix.dirname(at); top !== '.'; top = path.posix.dirname(top)) {
      const above = [...(this.#locally.get(top)?.keys() ?? [])];
      if (above.some((version) => version !== 'folder')) return true;
    }
    return false;
  }

  /** When a version was first at any path, where it may have been read under another name than it had. */
  #sinceAnywhere(version: Version): number | undefined {
    if (!this.mayBeRenamedWhileRead) return undefined;
    const moments = [...this.#locally.values()].map((versions) => versions.get(version));
    return moments.find((moment) => moment !== undefined);
  }

  #note(table: Map<string, Moments>, at: string, version: Version): void {
    const known = table.get(at);
    if (known === undefined) table.set(at, new Map([[version, this.#moment]]));
    else if (!known.has(version)) known.set(version, this.#moment);
  }
}

function isOtherKind(a: Version, b: Version | undefined): boolean {
  return a.split(' ')[0] !== b?.split(' ')[0];
}
