import type { SyncPath } from '../../base/paths.ts';
import type { ContentHash } from '../../protocol/contentHash.ts';
import { absent, type PathState } from '../../protocol/pathState.ts';
import { ContentIndex } from './contentIndex.ts';
import { grown, grownSize, noPath, type PathTable } from './pathTable.ts';
import { StateColumn } from './stateColumn.ts';
import { settledTrack, type Track } from './track.ts';

/** How `put` of a path is kept; `nothing` for paths without a track. */
const puts = { nothing: 0, none: 1, likeCurrent: 2, other: 3 } as const;

/**
 * Tracks by path. What both sides agree on, which is nearly everything, takes a few numbers; only a track with more to it,
 * such as operations under way, is kept as it is.
 */
export class TrackTable {
  readonly #paths: PathTable;
  readonly #current = new StateColumn();
  readonly #contents: ContentIndex;
  #puts = new Uint8Array(0);
  readonly #otherPuts = new Map<number, PathState>();
  readonly #unsettled = new Map<number, Track>();

  constructor(paths: PathTable) {
    this.#paths = paths;
    this.#contents = new ContentIndex(this.#current);
  }

  get(path: SyncPath): Track | undefined {
    const number = this.#paths.find(path);
    return number === noPath ? undefined : this.#track(number);
  }

  *entries(): Generator<[SyncPath, Track]> {
    for (let number = 1; number < this.#puts.length; number++) {
      const track = this.#track(number);
      if (track !== undefined) yield [this.#paths.path(number), track];
    }
  }

  /** Those with more to them than what both sides agree on. They may be set meanwhile. */
  unsettled(): Iterable<[SyncPath, Track]> {
    return [...this.#unsettled].map(([number, track]): [SyncPath, Track] => [this.#paths.path(number), track]);
  }

  /** The direct children of a folder that have a track, by name. */
  *children(folder: SyncPath): Generator<[string, Track]> {
    const number = this.#paths.find(folder);
    if (number === noPath) return;
    for (const child of this.#paths.children(number)) {
      const track = this.#track(child);
      if (track !== undefined) yield [this.#paths.name(child), track];
    }
  }

  /** The folders that hold something with a track. */
  folders(): Set<SyncPath> {
    const numbers = new Set<number>();
    for (let number = 1; number < this.#puts.length; number++) {
      if (this.#has(number)) numbers.add(this.#paths.parent(number));
    }
    return new Set([...numbers].map((number) => this.#paths.path(number)));
  }

  /** The paths that have this content as far as the last answers said. */
  *holding(hash: ContentHash): Generator<SyncPath> {
    for (const number of this.#contents.holding(hash)) yield this.#paths.path(number);
  }

  /** Whether some file there that is too long for one frame has this size. */
  hasLong(size: number): boolean {
    return this.#contents.hasLong(size);
  }

  set(path: SyncPath, track: Track): void {
    const number = this.#paths.number(path);
    if (number >= this.#puts.length) this.#puts = grown(this.#puts, new Uint8Array(grownSize(number + 1)));
    if (this.#has(number)) this.#contents.remove(number);
    else this.#paths.retain(number);
    const { current, put } = track;
    this.#current.set(number, current);
    this.#contents.add(number);
    const isOther = put !== undefined && !isSame(put, current);
    this.#puts[number] = put === undefined ? puts.none : isOther ? puts.other : puts.likeCurrent;
    if (isOther) this.#otherPuts.set(number, put);
    else this.#otherPuts.delete(number);
    if (isSettled(track)) this.#unsettled.delete(number);
    else this.#unsettled.set(number, track);
  }

  delete(path: SyncPath): void {
    const number = this.#paths.find(path);
    if (number === noPath || !this.#has(number)) return;
    this.#contents.remove(number);
    this.#current.delete(number);
    this.#otherPuts.delete(number);
    this.#unsettled.delete(number);
    this.#puts[number] = puts.nothing;
    this.#paths.release(number);
  }

  #has(number: number): boolean {
    return (this.#puts[number] ?? puts.nothing) !== puts.nothing;
  }

  #track(number: number): Track | undefined {
    if (!this.#has(number)) return undefined;
    const current = this.#current.get(number) ?? absent;
    const put = this.#puts[number];
    const settled = settledTrack(current, put === puts.likeCurrent ? current : this.#otherPuts.get(number));
    return this.#unsettled.get(number) ?? settled;
  }
}

/** Whether there is no more to a track than what is there and what was put there. */
function isSettled(track: Track): boolean {
  const settled: Readonly<Record<string, unknown>> = { ...settledTrack(track.current, track.put) };
  return Object.entries(track).every(([name, value]) => value === settled[name] || (value ?? false) === false);
}

function isSame(a: PathState, b: PathState): boolean {
  if (a.kind === 'file') {
    return b.kind === 'file' && a.hash === b.hash && a.size === b.size && a.executable === b.executable;
  }
  return a.kind === b.kind && (a.kind !== 'link' || (b.kind === 'link' && a.target === b.target));
}
